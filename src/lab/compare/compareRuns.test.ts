import { describe, expect, it } from "vitest";
import type { TrainingPhase } from "../train/history";
import { type ComparableRun, rowsOfRuns } from "./compareRuns";

function phase(accuracies: readonly (number | undefined)[]): TrainingPhase {
  const epochs = accuracies.map((validationAccuracy, i) => ({
    ...{ epoch: i + 1, step: i + 1, trainLoss: 1, trainAccuracy: 0.5 },
    ...(validationAccuracy === undefined ? {} : { validationAccuracy }),
  }));
  return {
    ...{ name: "head", trainableLayers: [], frozenLayers: [], steps: [], epochs },
    ...{ status: "finished", notes: [], seconds: 1 },
  };
}

function run(
  strategy: string,
  options: Record<string, unknown>,
  accuracies: readonly (number | undefined)[],
): ComparableRun {
  return { name: strategy, strategy, options, history: { phases: [phase(accuracies)] }, seconds: 4 };
}

describe("runs as rows", () => {
  it("puts seeds together, names what differs, and takes the last validation accuracy", () => {
    const rows = rowsOfRuns([
      run("fineTune", { learningRate: 0.001, epochs: 5, seed: 0 }, [0.5, 0.8]),
      run("fineTune", { learningRate: 0.001, epochs: 5, seed: 1 }, [0.9, 0.7, undefined]),
      run("fineTune", { learningRate: 0.01, epochs: 5, seed: 0 }, [0.6]),
      { ...run("trainHead", {}, [0.65]), history: [phase([0.65])] },
    ]);
    expect(rows.map(({ strategy, seeds, accuracy }) => [strategy, seeds, accuracy])).toEqual([
      ["fineTune, learningRate 0.001, epochs 5", 2, 0.75],
      ["fineTune, learningRate 0.01, epochs 5", 1, 0.6],
      ["trainHead", 1, 0.65],
    ]);
    // Student's t with one degree of freedom: 12.706 * 0.05.
    expect(rows[0]!.interval).toEqual([0.1147, 1.3853]);
    expect(rows[1]!.interval).toEqual([0.6, 0.6]);
  });

  it("refuses a run that nothing was measured of", () => {
    expect(() => rowsOfRuns([run("fineTune", {}, [undefined])])).toThrow(
      expect.objectContaining({ code: "show/no-validation" }) as Error,
    );
  });
});
