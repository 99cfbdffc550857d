import type { MapPoints } from "./mapPoints";

/**
 * The points that a query means: `7` is the example of that index, `label:cat`, `predicted:cat`, `split:test` and `wrong` say what is looked at,
 * any other text is looked for in labels, predictions, splits and texts. Undefined for an empty query.
 */
export function searchPoints(map: MapPoints, query: string): Uint32Array | undefined {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return undefined;
  const matches = matcher(map, wanted);
  const found: number[] = [];
  for (let row = 0; row < map.size; row++) if (matches(row)) found.push(row);
  return Uint32Array.from(found);
}

function matcher(map: MapPoints, wanted: string): (row: number) => boolean {
  const { classes, labels, indices, predictions, splits, splitNames, texts } = map;
  const named = (names: readonly string[], part: string) => names.map((name) => name.toLowerCase().includes(part));
  const of = (places: ArrayLike<number> | undefined, names: readonly string[], part: string) => {
    const good = named(names, part);
    return (row: number) => places !== undefined && good[places[row]!] === true;
  };
  if (/^#?\d+$/.test(wanted)) {
    const index = Number(wanted.replace("#", ""));
    return (row) => indices[row] === index;
  }
  if (wanted === "wrong") return (row) => predictions !== undefined && predictions.classes[row] !== labels[row];
  const [, field, part = ""] = /^(label|predicted|split):\s*(.*)$/.exec(wanted) ?? [];
  switch (field) {
    case "label":
      return of(labels, classes, part);
    case "predicted":
      return of(predictions?.classes, classes, part);
    case "split":
      return of(splits, splitNames, part);
    default: {
      const anywhere = [
        of(labels, classes, wanted),
        of(predictions?.classes, classes, wanted),
        of(splits, splitNames, wanted),
        (row: number) => texts?.[row]?.toLowerCase().includes(wanted) === true,
      ];
      return (row) => anywhere.some((matches) => matches(row));
    }
  }
}
