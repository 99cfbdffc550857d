import { GraftError } from "../../../shared/graftError";
import type { Tensor } from "../layerGraph";
import { asFloats } from "../operators/kernels";
import type { Constant } from "../operators/operatorGraph";

const encode = "Encoder_en/KonaTransformer/Encode";
const clip = "module_apply_default/Encoder_en/KonaTransformer/ClipToMaxLength/Less/y";

/** The numbers of the encoder's graph, by what they are. */
export class EncoderConstants {
  /** Tokens that are read of a text. */
  readonly longest: number;
  readonly heads: number;
  readonly epsilon: number;
  readonly #constants: ReadonlyMap<string, Constant>;
  readonly #origin: string;

  /** @throws GraftError `backbone/sentence-encoder`, as every method. */
  constructor(constants: ReadonlyMap<string, Constant>, origin: string) {
    this.#constants = constants;
    this.#origin = origin;
    const layer = `module_apply_default/${encode}/TransformerStack/Layer_1/TransformerLayer`;
    this.longest = this.#number(clip);
    this.heads = this.#number(`${layer}/MultiheadAttention/split_heads/split_last_dimension/Reshape/shape/2`);
    this.epsilon = this.#number(`${layer}/FFN/layer_prepostprocess/layer_norm/Cast/x`);
  }

  embeddings(): Tensor {
    return this.#tensor("module/Embeddings_en");
  }

  /** Of the sines and cosines that stand for a token's place, `[1, width / 2]`. */
  frequencies(): Tensor {
    return this.#tensor(
      `module_apply_default/${encode}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`,
    );
  }

  /** A scale or a bias of block 0 or 1. */
  vector(block: number, path: string): Tensor {
    return this.#tensor(
      `module_apply_default/${encode}/Layer_${block}/TransformerLayer/${path}/ConcatPartitions/concat`,
    );
  }

  /** `[inputs, units]` of the attention, which has it as the kernel of a convolution. */
  attention(block: number, name: "qkv_transform_single" | "output_transform_single"): Tensor {
    const path = `module/${encode}/Layer_${block}/TransformerLayer/MultiheadAttention/${name}/kernel/part_0`;
    const { shape, data } = this.#tensor(path);
    return { shape: shape.slice(2), data };
  }

  feedForward(block: number, name: "conv1" | "conv2"): Tensor {
    return this.#tensor(
      `module_apply_default/${encode}/TransformerStack/Layer_${block}/TransformerLayer/FFN/${name}/Tensordot/Reshape_1`,
    );
  }

  hidden(name: "weights" | "bias"): Tensor {
    return this.#tensor(`module/Encoder_en/hidden_layers/tanh_layer_0/${name}`);
  }

  #tensor(name: string): Tensor {
    const constant = this.#constant(name);
    return { shape: constant.shape, data: asFloats(constant) };
  }

  #number(name: string): number {
    return this.#constant(name).data[0]!;
  }

  #constant(name: string): Constant {
    const constant = this.#constants.get(name);
    if (constant !== undefined) return constant;
    throw new GraftError({
      code: "backbone/sentence-encoder",
      expected: `the weights of Universal Sentence Encoder lite in ${this.#origin}`,
      found: `none called "${name}"`,
      remedy: 'Use the one that Graft knows: backbones.load("universal-sentence-encoder-lite")',
    });
  }
}
