/** The Runs view: what each model has been trained, and the checkpoints that a later kernel can take up. */
import type { CheckpointDescription, NamedModel, TrainingDescription } from "../../shared/sessionState";
import type { ViewNode } from "./viewNode";

const icons: Readonly<Record<TrainingDescription["status"], Pick<ViewNode, "icon" | "iconColor">>> = {
  training: { icon: "loading~spin" },
  finished: { icon: "pass", iconColor: "charts.green" },
  interrupted: { icon: "debug-pause", iconColor: "charts.yellow" },
  failed: { icon: "error", iconColor: "charts.red" },
};

/** `time` puts when a checkpoint was saved into words. */
export function runNodes(
  models: readonly NamedModel[],
  checkpoints: readonly CheckpointDescription[],
  time: (iso: string) => string,
): readonly ViewNode[] {
  const trained = models.filter(({ trainings }) => trainings.length > 0).map(modelNode);
  return checkpoints.length === 0
    ? trained
    : [
        ...trained,
        {
          id: "checkpoints/",
          label: "Checkpoints",
          description: String(checkpoints.length),
          icon: "history",
          expanded: models.length === 0,
          children: checkpoints.map((checkpoint) => checkpointNode(checkpoint, time)),
        },
      ];
}

function modelNode({ name, trainings }: NamedModel): ViewNode {
  return {
    id: name,
    label: name,
    description: trainings.length === 1 ? "1 training" : `${trainings.length} trainings`,
    icon: "graph-line",
    expanded: true,
    subject: { kind: "model", model: name },
    children: trainings.map((training, index) => ({
      id: `${name}/${index}`,
      label: training.name,
      description: trainingText(training),
      tooltip: `${training.name}: ${training.status}, ${trainingText(training)}`,
      ...icons[training.status],
    })),
  };
}

/** `"94.2 % validation · 98.0 % train · 20 epochs · 3.1 s"`. */
export function trainingText({ trainAccuracy, validationAccuracy, epochs, seconds }: TrainingDescription): string {
  return [
    ...(validationAccuracy === undefined ? [] : [`${percent(validationAccuracy)} validation`]),
    ...(trainAccuracy === undefined ? [] : [`${percent(trainAccuracy)} train`]),
    ...(epochs === 0 ? [] : [epochs === 1 ? "1 epoch" : `${epochs} epochs`]),
    `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`,
  ].join(" · ");
}

function checkpointNode(checkpoint: CheckpointDescription, time: (iso: string) => string): ViewNode {
  const { file, variable, backbone, reached, savedAt } = checkpoint;
  return {
    id: `checkpoints/${file}`,
    label: variable ?? "a model without a variable",
    description: `${reached} · ${time(savedAt)}`,
    tooltip: `${backbone}, ${reached}\n\n\`${file}\``,
    icon: "archive",
    subject: { kind: "checkpoint", file },
  };
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
