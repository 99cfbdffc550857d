/** The Runs view: what was trained in this notebook, by this kernel and those before it, and the models that can be taken up again. */
import { l10n } from "vscode";
import { percent } from "../../shared/percent";
import type { CheckpointDescription, RunDescription, TrainingDescription } from "../../shared/sessionState";
import { secondsText } from "../commands/plans/epochCost";
import type { ViewNode } from "./viewNode";

const icons: Readonly<Record<RunDescription["status"], Pick<ViewNode, "icon" | "iconColor">>> = {
  running: { icon: "loading~spin" },
  finished: { icon: "pass", iconColor: "charts.green" },
  interrupted: { icon: "debug-pause", iconColor: "charts.yellow" },
  failed: { icon: "error", iconColor: "charts.red" },
};

/** Runs come the newest first. `time` puts a moment into words. */
export function runNodes(
  runs: readonly RunDescription[],
  checkpoints: readonly CheckpointDescription[],
  time: (iso: string) => string,
): readonly ViewNode[] {
  const nodes = runs.map((run) => runNode(run, time));
  return checkpoints.length === 0
    ? nodes
    : [
        ...nodes,
        {
          id: "checkpoints/",
          label: l10n.t("Checkpoints"),
          description: String(checkpoints.length),
          icon: "history",
          expanded: runs.length === 0,
          children: checkpoints.map((checkpoint) => checkpointNode(checkpoint, time)),
        },
      ];
}

function runNode(run: RunDescription, time: (iso: string) => string): ViewNode {
  const { id, name, status, phases, checkpoint, final } = run;
  return {
    id: `run/${id}`,
    label: name,
    description: [...metricTexts(run), time(run.startedAt)].join(" · "),
    tooltip: tooltip(run),
    ...icons[status],
    subject: {
      kind: checkpoint === undefined ? "run" : "restorableRun",
      id,
      name,
      hasCurves: phases.length > 0,
      validated: final?.validationAccuracy !== undefined,
    },
    ...(phases.length > 1 && {
      children: phases.map((phase, index) => ({
        id: `run/${id}/${index}`,
        label: phase.name,
        description: trainingText(phase),
        ...icons[phase.status === "training" ? "running" : phase.status],
      })),
    }),
  };
}

/** `"91.2 % validation (best 92.0 %)"`, `"20 epochs"`, `"12 s"`. */
function metricTexts({ status, phases, seconds, final, best }: RunDescription): readonly string[] {
  if (status === "running") return [l10n.t("training")];
  if (phases.length === 0) return [l10n.t("the kernel ended")];
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  const validation = final?.validationAccuracy;
  const better =
    best?.validationAccuracy !== undefined && validation !== undefined && best.validationAccuracy > validation;
  const reached = validation === undefined ? [] : [l10n.t("{0} validation", percent(validation))];
  const peak = better ? [l10n.t("best {0}", percent(best.validationAccuracy))] : [];
  const train = final?.trainAccuracy === undefined ? [] : [l10n.t("{0} train", percent(final.trainAccuracy))];
  return [...reached, ...peak, ...train, ...epochsTexts(epochs), secondsText(seconds)];
}

/** `"94.2 % validation · 98.0 % train · 20 epochs · 3.1 s"`. */
function trainingText({ trainAccuracy, validationAccuracy, epochs, seconds }: TrainingDescription): string {
  return [
    ...(validationAccuracy === undefined ? [] : [l10n.t("{0} validation", percent(validationAccuracy))]),
    ...(trainAccuracy === undefined ? [] : [l10n.t("{0} train", percent(trainAccuracy))]),
    ...epochsTexts(epochs),
    secondsText(seconds),
  ].join(" · ");
}

function epochsTexts(epochs: number): readonly string[] {
  return epochs === 0 ? [] : [epochs === 1 ? l10n.t("1 epoch") : l10n.t("{0} epochs", epochs)];
}

function tooltip({ name, backbone, strategy, status, best, checkpoint }: RunDescription): string {
  const words: Readonly<Record<RunDescription["status"], string>> = {
    running: l10n.t("trains now"),
    finished: l10n.t("finished"),
    interrupted: l10n.t("interrupted"),
    failed: l10n.t("failed"),
  };
  const lowest = best?.validationLoss ?? best?.trainLoss;
  return [
    `**${name}**`,
    l10n.t("{0} on {1}, {2}", strategy, backbone, words[status]),
    ...(best === undefined || lowest === undefined
      ? []
      : [l10n.t("Lowest loss {0} in epoch {1} of {2}", Number(lowest.toPrecision(4)), best.epoch, best.phase)]),
    ...(checkpoint === undefined ? [] : [l10n.t("Its model is saved and can be restored.")]),
  ].join("\n\n");
}

function checkpointNode(checkpoint: CheckpointDescription, time: (iso: string) => string): ViewNode {
  const { file, variable, backbone, reached, savedAt } = checkpoint;
  return {
    id: `checkpoints/${file}`,
    label: variable ?? l10n.t("a model without a variable"),
    description: `${reached} · ${time(savedAt)}`,
    tooltip: `${backbone}, ${reached}\n\n\`${file}\``,
    icon: "archive",
    subject: { kind: "checkpoint", file },
  };
}
