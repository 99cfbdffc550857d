import type { LayerOf } from "../../backbone/layerGraph";
import { unary } from "./unary";

/** Inverted dropout: what is kept is scaled by 1 / (1 - rate), so inference needs no change (Srivastava et al. 2014). */
export const dropout = unary<LayerOf<"Dropout">>({
  infer: (_, __, input) => input,

  train({ builder, mask }, { rate }, input) {
    if (rate === 0) return { output: input, backward: (gradient) => ({ input: gradient }) };
    const factors = mask(input.shape as readonly number[]);
    return {
      output: builder.binary("Mul", input, factors),
      backward: (gradient) => ({ input: builder.binary("Mul", gradient, factors) }),
    };
  },
});
