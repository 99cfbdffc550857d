/** The Data view: datasets, and how their examples are spread over the classes. */
import type { NamedDataset } from "../../shared/sessionState";
import type { ViewNode } from "./viewNode";

/** A dataset of a thousand classes stays readable. */
const mostClasses = 100;
const barWidth = 12;

export function dataNodes(datasets: readonly NamedDataset[]): readonly ViewNode[] {
  return datasets.map((dataset) => {
    const { name, size, classes, itemShape } = dataset;
    return {
      id: name,
      label: name,
      description: `${size.toLocaleString("en")} of ${itemShape.join(" × ")} · ${classes.length} classes`,
      tooltip: balance(dataset),
      icon: "database",
      children: classNodes(dataset),
    };
  });
}

function classNodes({ name, classes, classCounts }: NamedDataset): readonly ViewNode[] {
  const most = Math.max(1, ...classCounts);
  const shown = classes.slice(0, mostClasses).map((label, index): ViewNode => {
    const examples = classCounts[index] ?? 0;
    const bar = "█".repeat(Math.round((barWidth * examples) / most));
    return { id: `${name}/${index}`, label, description: `${bar} ${examples.toLocaleString("en")}` };
  });
  const left = classes.length - shown.length;
  return left === 0
    ? shown
    : [...shown, { id: `${name}/more`, label: `and ${left.toLocaleString("en")} classes more` }];
}

function balance({ classCounts, classes }: NamedDataset): string {
  const most = Math.max(...classCounts);
  const least = Math.min(...classCounts);
  if (most === least) {
    return `${most.toLocaleString("en")} examples of each class`;
  }
  const rarest = classes[classCounts.indexOf(least)] ?? "";
  return `From ${least.toLocaleString("en")} examples (${rarest}) to ${most.toLocaleString("en")} a class`;
}
