import { placedLayers } from "../backbone/graphShapes";
import type { WeightSpec } from "../backbone/kinds/layerKind";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";

/** How far the weights of a layer have moved. */
export interface LayerDrift {
  readonly layer: string;
  /** The Keras class name: `Conv2D`. */
  readonly type: string;
  /**
   * ‖after − before‖ / ‖before‖ over all of its weights together (Euclidean norm), statistics apart. Exactly 0 where no weight has changed, as in
   * frozen layers. Undefined for a layer that is new, a head for example, or whose weights were all 0.
   */
  readonly drift: number | undefined;
  /** The same of the means and variances of a batch norm, which follow the data and not a gradient. Undefined where there are none. */
  readonly statistics: number | undefined;
}

/** A network with its weights: a model, a backbone. */
export interface WeightedGraph {
  readonly graph: LayerGraph;
  readonly weights: Weights;
}

/** @throws GraftError `metrics/other-network`, `metrics/not-finite`. */
export function drift(before: Weights, { graph, weights }: WeightedGraph): LayerDrift[] {
  const layers = placedLayers(graph).filter((placed) => placed.weights.length > 0);
  const names = layers.flatMap((placed) => placed.weights.map(({ name }) => `${placed.layer.name}/${name}`));
  if (!names.some((name) => isSameShape(before.get(name), weights.get(name)))) {
    throw new GraftError({
      code: "metrics/other-network",
      expected: `weights of the same network, e.g. ${names.slice(0, 3).join(", ")}`,
      found: [...before.keys()].slice(0, 3).join(", ") || "none",
      remedy: "Keep the model's weights from before the training: const before = model.weights",
    });
  }
  const change = (layer: string, specs: readonly WeightSpec[]) =>
    relativeChange(
      layer,
      specs.map(({ name }) => [before.get(`${layer}/${name}`), weights.get(`${layer}/${name}`)] as const),
    );
  return layers.map(({ layer: { name, type }, weights: specs }) => ({
    ...{ layer: name, type },
    drift: change(name, specs.filter(isLearnt)),
    statistics: change(
      name,
      specs.filter((spec) => !isLearnt(spec)),
    ),
  }));
}

const isLearnt = ({ role }: WeightSpec): boolean => role === "kernel" || role === "vector";

type Pair = readonly [before: Tensor | undefined, after: Tensor | undefined];

function relativeChange(layer: string, pairs: readonly Pair[]): number | undefined {
  if (pairs.length === 0 || !pairs.every(([before, after]) => isSameShape(before, after))) return undefined;
  let [moved, size] = [0, 0];
  for (const [before, after] of pairs as readonly (readonly [Tensor, Tensor])[]) {
    before.data.forEach((value, i) => {
      size += value ** 2;
      moved += (after.data[i]! - value) ** 2;
    });
  }
  if (!Number.isFinite(moved + size)) {
    throw new GraftError({
      code: "metrics/not-finite",
      expected: "weights that are numbers",
      found: `one of "${layer}" that is infinite or not a number`,
      remedy: "The training has diverged: begin with a new model and a smaller learning rate",
    });
  }
  if (moved === 0) return 0;
  return size === 0 ? undefined : Math.sqrt(moved / size);
}

function isSameShape(before: Tensor | undefined, after: Tensor | undefined): boolean {
  return before !== undefined && after !== undefined && String(before.shape) === String(after.shape);
}
