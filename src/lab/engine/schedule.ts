/** Learning rate over a run. Names and defaults are the papers'. */
export type Schedule =
  | "constant"
  /** Half a cosine from the base rate at the first step towards 0 after the last (Loshchilov & Hutter 2017). */
  | "cosine"
  /** `warmupSteps` grow linearly from 0 to the base rate, then `after` begins. */
  | { readonly name: "warmup"; readonly warmupSteps: number; readonly after?: "constant" | "cosine" }
  /** Smith 2018, as in fastai: cosine up from base / 25 to base over 25 % of the run, then down to base / 100,000. */
  | { readonly name: "oneCycle"; readonly warmupPart?: number }
  /** Howard & Ruder 2018 (ULMFiT), section 3.2: linear up over `cutPart` (default 0.1), then down to base / `ratio` (default 32). */
  | { readonly name: "slantedTriangular"; readonly cutPart?: number; readonly ratio?: number }
  /** Multiplied by `factor` (default 0.1) when the validation loss has not improved for `patience` epochs (default 5), down to `lowest` (default 0). */
  | { readonly name: "plateau"; readonly factor?: number; readonly patience?: number; readonly lowest?: number };
