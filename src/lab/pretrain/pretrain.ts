/** What trains a backbone without labels. */
import type { Backbone } from "../backbone/backbone";
import type { Dataset } from "../data/dataset";
import { currentRuntime } from "../train/currentRuntime";
import type { Texts } from "../text/texts";
import { type AutoencoderOptions, autoencodersOn } from "./autoencoders";
import type { MaskedTokenEncoder } from "./maskedTokenEncoder";
import { type MaskedTokenOptions, maskedTokensOn } from "./maskedTokens";
import type { StackedAutoencoder } from "./stackedAutoencoder";

/** Pre-training without labels: from a backbone with random weights to one whose layers have learnt what the data look like. */
export const pretrain = {
  /**
   * Greedy layer-wise pre-training (Bengio et al. 2007) by stacked denoising autoencoders (Vincent et al. 2008, 2010). Layer by layer, from the
   * input on: a decoder (one Dense layer, its weights not tied) is put behind the layer, and both are trained by Adam to restore the clean output of the layers
   * below from a corrupted one; then the layer is fixed, and the next one learns on what it gives. Labels are never read. The corruption is drawn
   * anew each time an example is seen. A rate of 0 gives plain autoencoders.
   *
   * What is restored decides the loss: sigmoid cross-entropy where all of it lies in [0, 1] (pixels, outputs of sigmoids), else mean squared
   * error with a linear decoder; the phase's notes say which.
   *
   * For stacks of Dense layers, as `denseEncoder` makes them. Convolutions are refused: their decoder would need layers (upsampling,
   * transposed convolution) that Graft does not train.
   *
   * The result is a backbone, to be given to `graft`, with the history of its layers (`show.curves`) and its decoders
   * (`show.reconstructions`); the backbone that was given stays as it was. Examples and one layer's values are held in memory. Interrupted, the layers that are done are kept: the same call goes on
   * where it was, to the same bits, and one with fewer `layers` takes what is there.
   *
   * @param backbone With random weights, or any that are to be begun with.
   * @param dataset Images; more of them help more than anything else here.
   * @throws GraftError `pretrain/not-dense`, `pretrain/layers`, `pretrain/diverged`, `train/input-kind`, `train/input-shape`, `train/empty`, `train/cache-memory`,
   * `engine/setting` for numbers out of their range, `engine/batch-size`. InterruptedError after an interrupt.
   * @example
   * ```ts
   * import { datasets, denseEncoder, graft, pretrain } from "graft";
   *
   * const digits = await datasets.mnist();
   * const encoder = denseEncoder({ inputShape: [28, 28, 1], widths: [64, 32] });
   * const stack = await pretrain.autoencoders(encoder, digits.train.subset(0, 1000), { epochsPerLayer: 3, plot: false });
   * const train = digits.train.sample({ labels: 100 });
   * const model = graft(stack, { classes: train.classes });
   * await model.fineTune(train, { all: true, learningRate: 1e-3, epochs: 5, plot: false });
   * console.log(await model.evaluate(digits.test.subset(0, 500)));
   * ```
   */
  autoencoders(backbone: Backbone, dataset: Dataset, options?: AutoencoderOptions): Promise<StackedAutoencoder> {
    return autoencodersOn(currentRuntime(), backbone, dataset, options);
  },

  /**
   * Masked-token pre-training of an encoder of texts, as BERT's (Devlin et al. 2019): 15 % of the tokens are asked for; of these 80 % are hidden
   * behind `[MASK]`, 10 % replaced by any token and 10 % left as they are, and the encoder has to tell from what stands around them what they were. Other tokens are asked for in each
   * epoch. Texts are cut into windows of the encoder's length, all of which are trained on; labels are never read. AdamW with a weight decay of 0.01 and
   * gradients clipped to norm 1; all layers train.
   *
   * Its loss is the mean cross-entropy over the tokens asked for, in nats: what always guesses by frequency alone reaches the entropy of the single tokens.
   *
   * The result is a backbone, to be given to `graft`, with the curves of its training (`show.curves`) and `guess`, which fills in masks; the backbone
   * that was given stays as it was. Interrupted, what has been reached is kept: the same call goes on where it was, to the same bits. Masked texts are held in memory for all epochs, up to half a
   * gigabyte; beyond that masks come again.
   *
   * @param backbone As `transformerEncoder` makes them, with random weights or any that are to be begun with.
   * @param texts Or a dataset of texts; more of them help more than anything else here.
   * @throws GraftError `text/not-an-encoder`, `text/none`, `text/mask-rate`, `text/no-mask-token`, `data/not-text`, `pretrain/diverged`, `engine/setting` for numbers
   * out of their range, `engine/batch-size`. InterruptedError after an interrupt.
   * @example
   * ```ts
   * import { pretrain, tokenizers, transformerEncoder } from "graft";
   *
   * const texts = Array.from({ length: 200 }, (_, i) => `the ${i % 2 ? "cat" : "dog"} ${i % 2 ? "meows" : "barks"} at noon`);
   * const tokenizer = tokenizers.train(texts, { vocabularySize: 60 });
   * const encoder = transformerEncoder({ tokenizer, length: 8, layers: 1, width: 16, heads: 2 });
   * const pretrained = await pretrain.maskedTokens(encoder, texts, { epochs: 5, plot: false });
   * console.log(pretrained.history.phases[0]?.epochs.at(-1)?.trainLoss);
   * ```
   */
  maskedTokens(backbone: Backbone, texts: Texts, options?: MaskedTokenOptions): Promise<MaskedTokenEncoder> {
    return maskedTokensOn(currentRuntime(), backbone, texts, options);
  },
};
