/** A model in words and as data, for the notebook, the Variables view and the session report. */
import { parameterCount, weightedLayers } from "../backbone/graphShapes";
import type { ModelDescription, VariableContent } from "../../shared/sessionState";
import type { ModelCore } from "./modelCore";

export function modelText({ graph, trainable, backbone, classes }: ModelCore): string {
  const names = weightedLayers(graph).flatMap(({ name }) => (trainable.has(name) ? [name] : []));
  return `Model on "${backbone}", ${classes.length} classes, trains ${names.join(", ")}`;
}

export function modelDescription(core: ModelCore, id: string): ModelDescription {
  const { graph, weights, trainable, backbone, classes, trainedOn } = core;
  return {
    ...{ kind: "model", id, backbone, classes },
    layers: weightedLayers(graph).map((layer) => ({
      name: layer.name,
      type: layer.type,
      parameters: parameterCount(layer, weights),
      frozen: !trainable.has(layer.name),
    })),
    ...(trainedOn === undefined ? {} : { trainedOn }),
  };
}

export function modelVariable(core: ModelCore): VariableContent {
  const parameters = core.graph.layers.reduce((sum, layer) => sum + parameterCount(layer, core.weights), 0);
  return { kind: "model", type: "Model", dtype: "float32", bytes: 4 * parameters, preview: modelText(core) };
}
