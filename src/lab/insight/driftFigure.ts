import type { DriftFigure, DriftRow } from "../../shared/figures/driftFigure";
import { GraftError } from "../../shared/graftError";
import type { LayerDrift } from "../metrics/drift";
import { significant } from "./round";

/** What has drifted: a model since it was made, or what `metrics.drift` found. */
export type Drifted = { drift(): readonly LayerDrift[] } | readonly LayerDrift[];

/** What `show.drift` takes: one, or several with a name for each. */
export type DriftSource = Drifted | Readonly<Record<string, Drifted>>;

export function driftFigure(source: DriftSource, title: string): DriftFigure {
  const models: readonly (readonly [name: string, drifted: unknown])[] = isDrifted(source)
    ? [["", source]]
    : Object.entries(Object(source) as object);
  const measured = models.map(([name, drifted]) => driftOf(name, drifted));
  if (measured.length === 0 || measured.every((layers) => layers.length === 0)) throw notDrifted("nothing");
  const layers = new Map(measured.flat().map((one) => [one.layer, one] as const));
  const rows = [...layers.values()].flatMap(({ layer, type }): DriftRow[] => {
    const own = measured.map((one) => one.find((candidate) => candidate.layer === layer));
    const statistics = own.map((one) => one?.statistics);
    return [
      { layer, type, of: "weights", drift: own.map((one) => rounded(one?.drift)) },
      ...(statistics.some((value) => value !== undefined)
        ? [{ layer, type, of: "statistics" as const, drift: statistics.map(rounded) }]
        : []),
    ];
  });
  return { kind: "drift", title, models: models.map(([name]) => name), rows, live: false };
}

function driftOf(name: string, drifted: unknown): readonly LayerDrift[] {
  if (!isDrifted(drifted)) throw notDrifted(`${name}: ${drifted === null ? "null" : typeof drifted}`);
  return "drift" in drifted ? drifted.drift() : drifted;
}

function isDrifted(value: unknown): value is Drifted {
  if (Array.isArray(value)) return value.every((one) => typeof (one as LayerDrift | null)?.layer === "string");
  return typeof value === "object" && value !== null && "drift" in value && typeof value.drift === "function";
}

function notDrifted(found: string): GraftError {
  return new GraftError({
    code: "show/no-drift",
    expected: "a model, what metrics.drift found, or an object with a name for each of several",
    found,
    remedy: 'For example show.drift(model), or show.drift({ "rate 1e-4": careful, "rate 0.1": reckless })',
  });
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : significant(value, 4);
}
