/** The Data view: datasets, how their examples are spread over the classes, and the room that kept features take. */
import { l10n } from "vscode";
import type { NamedDataset, SessionState } from "../../shared/sessionState";
import { bytesText } from "../status/statusText";
import type { ViewNode } from "./viewNode";

/** A dataset of a thousand classes stays readable. */
const mostClasses = 100;
const barWidth = 12;

/** Nothing without a dataset: the view then says how to get one. */
export function dataNodes({ datasets, featureCache }: Pick<SessionState, "datasets" | "featureCache">): ViewNode[] {
  return datasets.length === 0 ? [] : [...datasets.map(datasetNode), cacheNode(featureCache)];
}

function datasetNode(dataset: NamedDataset): ViewNode {
  const { name, size, classes, itemKind, itemShape } = dataset;
  const count = size.toLocaleString("en");
  return {
    id: name,
    label: name,
    description:
      itemKind === "text"
        ? l10n.t("{0} texts · {1} classes", count, classes.length)
        : l10n.t("{0} of {1} · {2} classes", count, itemShape.join(" × "), classes.length),
    tooltip: balance(dataset),
    icon: "database",
    children: classNodes(dataset),
  };
}

function cacheNode({ bytes, spaces, limitBytes }: SessionState["featureCache"]): ViewNode {
  const size = bytesText(bytes);
  const room = limitBytes === undefined ? size : l10n.t("{0} of {1}", size, bytesText(limitBytes));
  const sets = spaces === 1 ? l10n.t("1 set of features") : l10n.t("{0} sets of features", spaces);
  return {
    id: "features/",
    label: l10n.t("Feature cache"),
    description: bytes === 0 ? l10n.t("empty") : `${room} · ${sets}`,
    tooltip: l10n.t(
      "What images became when they crossed frozen layers: each does so once, for all notebooks. When the cache is full, what was not used for longest goes.",
    ),
    icon: "archive",
    ...(bytes > 0 && { subject: { kind: "featureCache" } }),
  };
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
    : [...shown, { id: `${name}/more`, label: l10n.t("and {0} classes more", left.toLocaleString("en")) }];
}

function balance({ classCounts, classes }: NamedDataset): string {
  const most = Math.max(...classCounts);
  const least = Math.min(...classCounts);
  if (most === least) {
    return l10n.t("{0} examples of each class", most.toLocaleString("en"));
  }
  const rarest = classes[classCounts.indexOf(least)] ?? "";
  return l10n.t(
    "From {0} examples ({1}) to {2} a class",
    least.toLocaleString("en"),
    rarest,
    most.toLocaleString("en"),
  );
}
