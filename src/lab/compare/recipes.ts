export interface Recipe {
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly schedule: "constant" | "cosine";
}

/** Training the small CNN from random weights, by number of labels. */
export function scratchRecipe(labels: number): Recipe {
  return { learningRate: 3e-3, epochs: labels <= 100 ? 60 : 40, batchSize: Math.min(16, labels), schedule: "cosine" };
}

/** Fine-tuning the last layers after the head has been solved, by number of labels. */
export function transferRecipe(labels: number): Recipe {
  return { learningRate: 1e-3, epochs: labels <= 100 ? 30 : 20, batchSize: Math.min(16, labels), schedule: "cosine" };
}
