import { expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import type { Tensor } from "../backbone/layerGraph";
import { tokenizers } from "../text/tokenizers";
import { askedOf, maskedExamples, type Masking, tokenWindows } from "./maskTokens";

const words = Array.from({ length: 40 }, (_, i) => `${"abcdefghij"[i % 10]!}${"klmn"[Math.floor(i / 10)]!}`);
const tokenizer = tokenizers.train([words.join(" "), words.join(" ")], { vocabularySize: 300 });
const masking: Masking = { tokenizer, maskId: 2, length: 20, rate: 0.15 };
const rng = new Rng(9);
const texts = Array.from({ length: 600 }, () => Array.from({ length: 33 }, () => words[rng.below(40)]!).join(" "));
const windows = tokenWindows(texts, masking);

/** What became of each window in each view. */
function rowsOf({ features, targets }: ReturnType<typeof maskedExamples>) {
  const { data, shape } = features as Tensor;
  const { data: wanted } = targets as Tensor;
  const asked = askedOf(masking.length, masking.rate);
  return Array.from({ length: shape[0]! }, (_, row) => {
    const values = [...data.subarray(row * shape[1]!, (row + 1) * shape[1]!)];
    return {
      ids: values.slice(0, masking.length),
      places: values.slice(masking.length),
      targets: [...wanted.subarray(row * asked, (row + 1) * asked)],
    };
  });
}

test("windows hold all tokens of a text in their order; what is left of one token is left out", () => {
  expect(windows.length).toBe(1200);
  expect(windows.map(({ length }) => length).slice(0, 4)).toEqual([20, 13, 20, 13]);
  expect(windows.slice(0, 2).flat()).toEqual(tokenizer.encode(texts[0]!));
  const long = Array.from({ length: 21 }, () => words[0]!).join(" ");
  expect(tokenWindows([long, "", words[1]!], masking)).toEqual([tokenizer.encode(long).slice(0, 20)]);
});

test("15 % are asked for: 80 % of these behind the mask, 10 % another token, 10 % as they are; all else is untouched", () => {
  const rows = rowsOf(maskedExamples(windows, masking, 2, new Rng(1)));
  const seen = { hidden: 0, replaced: 0, kept: 0 };
  const wrong = rows.filter(({ ids, places, targets }, row) => {
    const window = windows[row % windows.length]!;
    const asked = new Set(places.filter((place) => place >= 0));
    for (const place of asked) {
      const id = ids[place]!;
      if (id === masking.maskId) seen.hidden++;
      else if (id === window[place]) seen.kept++;
      else if (!tokenizer.isSpecial(id)) seen.replaced++;
    }
    const untouched = ids.every((id, place) => asked.has(place) || id === (window[place] ?? 0));
    const aimed = targets.every((target, i) => target === (places[i]! < 0 ? -1 : window[places[i]!]));
    return !untouched || !aimed || asked.size !== askedOf(window.length, 0.15);
  });
  expect(wrong).toEqual([]);
  const total = seen.hidden + seen.replaced + seen.kept;
  // 6000 tokens: a standard deviation of 0.5 %.
  expect(total).toBe(2 * (600 * askedOf(20, 0.15) + 600 * askedOf(13, 0.15)));
  expect(seen.hidden / total).toBeCloseTo(0.8, 1);
  expect(Math.abs(seen.hidden / total - 0.8)).toBeLessThan(0.02);
  expect(Math.abs(seen.replaced / total - 0.1)).toBeLessThan(0.02);
});

test("masks are seeded, and others in each view", () => {
  const drawn = (seed: number) => rowsOf(maskedExamples(windows, masking, 3, new Rng(seed)));
  const rows = drawn(1);
  expect(JSON.stringify(drawn(1))).toBe(JSON.stringify(rows));
  expect(JSON.stringify(drawn(2))).not.toBe(JSON.stringify(rows));
  const views = [0, 1, 2].map((view) => rows.slice(view * windows.length, (view + 1) * windows.length));
  const alike = views[0]!.filter(({ places }, i) => String(places) === String(views[1]![i]!.places)).length;
  expect(alike / windows.length).toBeLessThan(0.01);
});

test("weights make the mean over rows one over the tokens that are asked for", () => {
  const { sampleWeights, views } = maskedExamples(windows, masking, 2, new Rng(1));
  expect(views).toBe(2);
  expect(sampleWeights!.reduce((sum, weight) => sum + weight, 0) / sampleWeights!.length).toBeCloseTo(1, 5);
  expect(sampleWeights![0]! / sampleWeights![1]!).toBeCloseTo(askedOf(20, 0.15) / askedOf(13, 0.15), 5);
});
