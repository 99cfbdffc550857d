import type { Layer } from "../../backbone/layerGraph";

/** The layer with this `type`, also where several types share one shape of options. */
export type LayerOf<Type extends Layer["type"]> = Layer extends infer Kind
  ? Kind extends Layer
    ? Type extends Kind["type"]
      ? Kind & { readonly type: Type }
      : never
    : never
  : never;
