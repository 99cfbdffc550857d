/** A model in words and as data, for the notebook, the Variables view and the session report. */
import { parameterCount, valueShapes, weightedLayers } from "../backbone/graphShapes";
import type { ModelDescription, TrainingDescription, VariableContent } from "../../shared/sessionState";
import type { TrainingPlan } from "./fineTuneOptions";
import type { TrainingPhase } from "./history";
import type { ModelCore } from "./modelCore";
import { stepSeconds } from "./stepSeconds";

export function modelText({ graph, trainable, backbone, classes }: ModelCore): string {
  const names = weightedLayers(graph).flatMap(({ name }) => (trainable.has(name) ? [name] : []));
  return `Model on "${backbone}", ${classes.length} classes, trains ${names.join(", ")}`;
}

export function modelDescription(core: ModelCore, id: string): ModelDescription {
  const { graph, weights, trainable, backbone, classes, trainedOn, history } = core;
  const shapes = valueShapes(graph);
  const layers = weightedLayers(graph);
  return {
    ...{ kind: "model", id, backbone, classes },
    layers: layers.map((layer) => ({
      name: layer.name,
      type: layer.type,
      parameters: parameterCount(layer, weights),
      frozen: !trainable.has(layer.name),
      outputShape: [...(shapes.get(layer.name) ?? [])],
      ...rateOf(layer.name, history.phases.at(-1)),
    })),
    trainings: history.phases.map(trainingDescription),
    stepSeconds: stepSeconds(
      history.phases,
      layers.map(({ name }) => name),
    ),
    inputShape: [...graph.input.shape],
    ...(trainedOn === undefined ? {} : { trainedOn }),
  };
}

/** Of a layer that the last training has trained by gradient descent. */
function rateOf(layer: string, last: TrainingPhase | undefined): { readonly learningRate?: number } {
  const plan = last?.options as Partial<TrainingPlan> | undefined;
  if (plan?.optimizer === undefined || !last?.trainableLayers.includes(layer)) return {};
  return { learningRate: plan.optimizer.learningRate * (plan.learningRateFactors?.[layer] ?? 1) };
}

/** In numbers. */
export function trainingDescription({ name, status, epochs, seconds }: TrainingPhase): TrainingDescription {
  const last = epochs.at(-1);
  return {
    name,
    status,
    epochs: epochs.length,
    seconds: Math.round(100 * seconds) / 100,
    ...(last?.trainAccuracy === undefined ? {} : { trainAccuracy: last.trainAccuracy }),
    ...(last?.validationAccuracy === undefined ? {} : { validationAccuracy: last.validationAccuracy }),
  };
}

export function modelVariable(core: ModelCore): VariableContent {
  const parameters = core.graph.layers.reduce((sum, layer) => sum + parameterCount(layer, core.weights), 0);
  return { kind: "model", type: "Model", dtype: "float32", bytes: 4 * parameters, preview: modelText(core) };
}
