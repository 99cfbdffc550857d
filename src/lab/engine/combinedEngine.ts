import { GraftError } from "../../shared/graftError";
import type { LayerGraph } from "../backbone/layerGraph";
import type { Engine } from "./engine";

/**
 * Two engines as one: each graph goes to `first` when it can train all of its layers, else to `second`, and the person is told
 * which layer made it so, once for each. Where `first` has no binary for this machine, everything goes to `second`.
 */
export function combineEngines(first: Engine, second: Engine, say: (sentence: string) => void): Engine {
  const said = new Set<string>();
  let firstIsMissing = false;
  const sayOnce = (sentence: string): void => {
    if (said.has(sentence)) return;
    said.add(sentence);
    say(sentence);
  };

  const engineFor = (graph: LayerGraph, work: string): Engine => {
    if (firstIsMissing) return second;
    const layer = first.cannotTrain(graph);
    if (layer === undefined) return first;
    const kind = layer.type === "Custom" ? layer.className : layer.type;
    sayOnce(`Layer "${layer.name}" (${kind}) does not compile to ONNX: ${work} runs on ${second.name}, more slowly.`);
    return second;
  };

  const onEither = async <Result>(engine: Engine, work: (engine: Engine) => Promise<Result>): Promise<Result> => {
    try {
      return await work(engine);
    } catch (error) {
      if (engine === second || !(error instanceof GraftError) || error.code !== "engine/onnxruntime-missing")
        throw error;
      firstIsMissing = true;
      sayOnce(`${error.message} Until then everything runs on ${second.name}, more slowly.`);
      return work(second);
    }
  };

  return {
    get name() {
      return (firstIsMissing ? second : first).name;
    },
    cannotTrain: (graph) => first.cannotTrain(graph) && second.cannotTrain(graph),
    infer: (graph, weights, input, options) =>
      onEither(engineFor(graph, "what it computes"), (engine) => engine.infer(graph, weights, input, options)),
    train: (request, observer) =>
      onEither(engineFor(request.graph, "this training"), (engine) => engine.train(request, observer)),
    solveHead: (request, observer) =>
      onEither(firstIsMissing ? second : first, (engine) => engine.solveHead(request, observer)),
    async dispose() {
      await first.dispose();
      await second.dispose();
    },
  };
}
