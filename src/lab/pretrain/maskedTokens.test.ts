import { afterAll, afterEach, expect, test } from "vitest";
import { InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { Rng } from "../../shared/rng";
import { Backbone } from "../backbone/backbone";
import { weightedLayers } from "../backbone/graphShapes";
import { initialWeights } from "../backbone/initialWeights";
import { transformerEncoder } from "../backbone/transformerEncoder";
import { graphHash, layerHash } from "../backbone/weightsHash";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { tokenizers } from "../text/tokenizers";
import { LabRuntime } from "../train/labRuntime";
import type { MaskedTokenOptions } from "./maskedTokens";
import { maskedTokensOn } from "./maskedTokens";

const engine = createOnnxruntimeEngine();
afterAll(() => engine.dispose());
afterEach(() => void (labHost().interruptFlag[0] = 0));

/** Who does what: each animal has a sound of its own, so that one tells the other. Single tokens have an entropy of about 2.5 nats. */
const animals = ["cat", "dog", "cow", "owl", "bee", "pig", "hen", "ass"];
const sounds = ["meows", "barks", "moos", "hoots", "hums", "grunts", "clucks", "brays"];
const language = (count: number, seed: number) => {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => {
    const which = rng.below(animals.length);
    return `the ${animals[which]!} ${sounds[which]!} and ${sounds[which]!} again`;
  });
};
const texts = language(600, 1);
const held = language(100, 2);
const tokenizer = tokenizers.train(texts, { vocabularySize: 100 });
const encoder = (seed = 0) => transformerEncoder({ tokenizer, length: 6, layers: 1, width: 32, heads: 4, seed });
const runtime = () => new LabRuntime(engine);
const options = { epochs: 8, learningRate: 5e-3, maskRate: 0.3, plot: false } satisfies MaskedTokenOptions;

/** Of the single tokens, in nats: what guessing by frequency alone reaches. */
function unigramEntropy(): number {
  const counts = new Map<number, number>();
  const ids = texts.flatMap((text) => tokenizer.encode(text));
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / ids.length) * Math.log(count / ids.length), 0);
}

test("it learns what stands around a word: the loss on texts that it has not seen falls far below that of frequencies", async () => {
  const backbone = encoder();
  const before = graphHash(backbone.graph, backbone.weights);
  const pretrained = await maskedTokensOn(runtime(), backbone, texts, { ...options, validation: held });
  const [phase] = pretrained.history.phases;
  const losses = phase!.epochs.map(({ validationLoss }) => validationLoss!);
  expect(unigramEntropy()).toBeGreaterThan(2);
  expect(losses[0]!).toBeGreaterThan(losses.at(-1)!);
  expect(losses.at(-1)!).toBeLessThan(0.5 * unigramEntropy());
  expect([phase!.status, phase!.epochs.length, phase!.steps.length]).toEqual(["finished", 8, 8 * 19]);
  // Every layer of the encoder has moved, and the one that was given has not.
  expect(graphHash(backbone.graph, backbone.weights)).toBe(before);
  for (const layer of weightedLayers(backbone.graph)) {
    expect(layerHash(layer, pretrained.weights), layer.name).not.toBe(layerHash(layer, backbone.weights));
  }
  expect([...pretrained.weights.keys()]).toEqual([...backbone.weights.keys()]);

  const [sound, second] = await pretrained.guess("the cow [MASK] and [MASK] again", 2);
  expect([sound![0]!.token, second![0]!.token, sound!.length]).toEqual(["moos", "moos", 2]);
  expect(sound![0]!.probability).toBeGreaterThan(sound![1]!.probability);
  await expect(pretrained.guess("the cow moos")).rejects.toMatchObject({ code: "text/no-mask" });
});

test("the same call gives the same bits, another seed others", async () => {
  const few = texts.slice(0, 64);
  const run = async (seed: number) => {
    const { graph, weights } = await maskedTokensOn(runtime(), encoder(), few, { ...options, epochs: 2, seed });
    return graphHash(graph, weights);
  };
  const first = await run(1);
  expect(await run(1)).toBe(first);
  expect(await run(2)).not.toBe(first);
});

test("interrupted, what was reached is kept: the same call goes on to the same bits", async () => {
  const few = texts.slice(0, 96);
  const own = { ...options, epochs: 60 };
  const whole = await maskedTokensOn(runtime(), encoder(), few, own);
  const stopped = runtime();
  const steps: number[] = [];
  const engineTrain = engine.train.bind(engine);
  const interrupting = new LabRuntime({
    ...{ name: engine.name, infer: engine.infer.bind(engine), solveHead: engine.solveHead.bind(engine) },
    ...{ cannotTrain: engine.cannotTrain.bind(engine), dispose: () => Promise.resolve() },
    train: (request, observer) =>
      engineTrain(request, {
        ...observer,
        onStep: (report) => {
          observer?.onStep?.(report);
          steps.push(report.step);
          if (steps.length === 4) labHost().interruptFlag[0] = 1;
        },
      }),
  });
  await expect(maskedTokensOn(interrupting, encoder(), few, own)).rejects.toThrow(InterruptedError);
  expect(steps.length).toBeLessThan(180);
  labHost().interruptFlag[0] = 0;
  const resumed = await maskedTokensOn(interrupting, encoder(), few, own);
  expect(graphHash(resumed.graph, resumed.weights)).toBe(graphHash(whole.graph, whole.weights));
  expect(resumed.history.phases[0]!.steps.length).toBe(180);
  // A call with other settings begins anew.
  expect((await maskedTokensOn(stopped, encoder(), few, { ...own, epochs: 1 })).history.phases[0]!.epochs.length).toBe(
    1,
  );
});

const images = new Backbone({
  name: "images",
  ...imageNetwork(),
  preprocessing: { scale: 1, offset: 0 },
});

function imageNetwork() {
  const graph = {
    input: { name: "pixels", shape: [2, 2, 1] },
    layers: [{ type: "Flatten", name: "flat", inputs: ["pixels"] }],
    output: "flat",
  } as const;
  return { graph, weights: initialWeights(graph, 0) };
}

test.each<[string, () => Promise<unknown>]>([
  ["text/not-an-encoder", () => maskedTokensOn(runtime(), images, texts, options)],
  ["text/none", () => maskedTokensOn(runtime(), encoder(), [], options)],
  ["text/none", () => maskedTokensOn(runtime(), encoder(), ["cat"], options)],
  ["text/mask-rate", () => maskedTokensOn(runtime(), encoder(), texts, { ...options, maskRate: 1 })],
  ["text/no-mask-token", () => maskedTokensOn(runtime(), withoutMask(), texts, options)],
  ["engine/setting", () => maskedTokensOn(runtime(), encoder(), texts, { ...options, epochs: 0.5 })],
  ["engine/batch-size", () => maskedTokensOn(runtime(), encoder(), texts, { ...options, batchSize: 1000 })],
])("%s", async (code, work) => {
  await expect(work()).rejects.toMatchObject({ code });
});

function withoutMask(): Backbone {
  const model = tokenizer.data.model as { readonly vocab: Record<string, number> };
  const { "[MASK]": mask, ...vocab } = model.vocab;
  const data = { ...tokenizer.data, added_tokens: [], model: { ...model, vocab: { ...vocab, hidden: mask } } };
  return transformerEncoder({ tokenizer: tokenizers.from(data), length: 6, layers: 1, width: 32, heads: 4 });
}
