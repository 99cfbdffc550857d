import type { LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";
import type { Engine } from "./engine";

export interface ChosenEngine {
  readonly engine: Engine;
  /** One sentence for the person; absent when the first engine can. */
  readonly reason?: string;
}

/**
 * The first engine that can train the graph. It may be asked for the tail alone: what runs the trunk is another question.
 *
 * @param engines By preference.
 * @throws GraftError `engine/cannot-train` naming the layer, when none can.
 */
export function chooseEngine(engines: readonly Engine[], tail: LayerGraph): ChosenEngine {
  const engine = engines.find((candidate) => candidate.cannotTrain(tail) === undefined);
  const obstacle = engines[0]?.cannotTrain(tail);
  if (engine !== undefined && obstacle === undefined) return { engine };
  const what =
    obstacle && `Layer "${obstacle.name}" (${obstacle.type === "Custom" ? obstacle.className : obstacle.type})`;
  if (engine === undefined) {
    throw new GraftError({
      code: "engine/cannot-train",
      expected: "an engine that can train every layer of the model's tail",
      found:
        what === undefined ? "no engine" : `${what}, which none of ${engines.map(({ name }) => name).join(", ")} can`,
      remedy: "Freeze the layer and those before it, or leave it out",
    });
  }
  return { engine, reason: `${what} does not compile to ONNX; this model's tail trains on ${engine.name}` };
}
