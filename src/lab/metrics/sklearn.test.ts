import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { metrics } from "./metrics";

type Scores = Readonly<Record<"precision" | "recall" | "f1-score" | "support", number>>;
interface Case {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly matrix: readonly (readonly number[])[];
  readonly report: Readonly<Record<string, Scores | null>>;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly balancedAccuracy: number;
  readonly kappa: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly oneAgainstRest: readonly {
    readonly rocAuc: number | null;
    readonly averagePrecision: number | null;
    readonly sensitivity?: Readonly<Record<string, number>>;
  }[];
  readonly calibration: {
    readonly accuracy: readonly number[];
    readonly confidence: readonly number[];
    readonly error: number;
  };
}

const golden = join(import.meta.dirname, "__goldens__", "sklearn.json");
const recorded = JSON.parse(readFileSync(golden, "utf8")) as { recordedWith: string; cases: readonly Case[] };

// Recorded by scripts/recordMetrics.py.
describe.each(recorded.cases)(`beside ${recorded.recordedWith}: $name`, (wanted) => {
  const { labels, classes } = wanted;
  const probabilities = { shape: [labels.length, classes], data: Float32Array.from(wanted.probabilities) };
  const row = (i: number) => [...probabilities.data.subarray(i * classes, (i + 1) * classes)];
  const predictions = labels.map((_, i) => row(i).indexOf(Math.max(...row(i))));
  const matrix = metrics.confusionMatrix(labels, predictions, classes);

  it("confusion matrix, and what is read from it", () => {
    expect(matrix).toEqual(wanted.matrix);
    const report = metrics.classificationReport(matrix);
    report.classes.forEach(({ precision = 0, recall = 0, f1 = 0, support }, c) => {
      const sklearn = wanted.report[c];
      if (sklearn) close([precision, recall, f1, support], scoresOf(sklearn));
      // Neither there nor predicted.
      else expect(report.classes[c]!.f1).toBeUndefined();
    });
    close(Object.values(report.macro), scoresOf(wanted.report["macro avg"]!).slice(0, 3));
    close(Object.values(report.weighted), scoresOf(wanted.report["weighted avg"]!).slice(0, 3));
    close([report.accuracy, metrics.balancedAccuracy(matrix)], [wanted.accuracy, wanted.balancedAccuracy]);
    close([metrics.cohenKappa(matrix)!], [wanted.kappa]);
    const right = labels.filter((label, i) => label === predictions[i]).length;
    close(metrics.accuracyInterval(right, labels.length), wanted.interval);
  });

  it("ranking of each class against the rest, ties included", () => {
    wanted.oneAgainstRest.forEach(({ rocAuc, averagePrecision, sensitivity = {} }, c) => {
      const scores = labels.map((_, i) => row(i)[c]!);
      const positives = labels.map((label) => label === c);
      expect(metrics.rocAuc(scores, positives) ?? null).toEqual(rocAuc === null ? null : near(rocAuc));
      expect(metrics.averagePrecision(scores, positives) ?? null).toEqual(
        averagePrecision === null ? null : near(averagePrecision),
      );
      for (const [specificity, part] of Object.entries(sensitivity)) {
        const point = metrics.sensitivityAtSpecificity(scores, positives, Number(specificity))!;
        close([point.sensitivity], [part]);
        const found = scores.filter((score, i) => positives[i] && score >= point.threshold).length;
        close([found / positives.filter(Boolean).length], [part]);
        expect(point.specificity).toBeGreaterThanOrEqual(Number(specificity) - 1e-12);
      }
    });
  });

  it("probabilities: log loss, Brier score, calibration", () => {
    expect(metrics.logLoss(probabilities, labels)).toBeCloseTo(wanted.logLoss, 6);
    close([metrics.brierScore(probabilities, labels)], [wanted.brier]);
    const { bins, error } = metrics.calibration(probabilities, labels);
    close(
      bins.map(({ accuracy }) => accuracy),
      wanted.calibration.accuracy,
    );
    close(
      bins.map(({ confidence }) => confidence),
      wanted.calibration.confidence,
    );
    close([error], [wanted.calibration.error]);
  });
});

function near(value: number): unknown {
  return expect.closeTo(value, 10);
}

function close(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toEqual(wanted.map(near));
}

function scoresOf(scores: Scores): number[] {
  return [scores.precision, scores.recall, scores["f1-score"], scores.support];
}
