import type { Connected } from "./flatModel";

/** Classes of layers that do something in training only, and hand their input on when a model predicts. Dropout is not among them: it stays. */
const trainingOnly: ReadonlySet<string> = new Set([
  ...["RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomElasticTransform"],
  ...["RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert"],
  ...["RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness"],
  ...["RandomShear", "RandomTranslation", "RandomZoom", "AugMix", "RandAugment"],
  ...["ActivityRegularization", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D"],
  ...["SpatialDropout2D", "Identity"],
]);

/** The layers without those, and what the others read then. */
export function withoutTrainingOnly(
  connected: readonly Connected[],
  output: string,
): { readonly layers: readonly Connected[]; readonly output: string; readonly leftOut: readonly string[] } {
  const passed = new Map<string, string>();
  const leftOut: string[] = [];
  const from = (name: string): string => passed.get(name) ?? name;
  const layers = connected.flatMap(({ keras, inputs }): Connected[] => {
    const read = inputs.map(from);
    const [input, ...others] = read;
    if (!trainingOnly.has(keras.class_name) || input === undefined || others.length > 0)
      return [{ keras, inputs: read }];
    passed.set(keras.config.name, input);
    if (keras.class_name !== "Identity") leftOut.push(`${keras.class_name} "${keras.config.name}"`);
    return [];
  });
  return { layers, output: from(output), leftOut };
}
