import type { ReportFigure, ReportRow } from "../../shared/figures/reportFigure";
import { accuracyInterval } from "../metrics/accuracyInterval";
import { calibration } from "../metrics/calibration";
import { balancedAccuracy, classificationReport, cohenKappa } from "../metrics/classificationReport";
import { confusionMatrix } from "../metrics/confusionMatrix";
import { brierScore, logLoss } from "../metrics/probabilityScores";
import { averagePrecision, rocAuc } from "../metrics/ranking";
import type { Judgement } from "./judgement";

/** More rows than this are not read: the classes that do worst are shown, and the means are those of all. */
const MAXIMUM_CLASSES = 40;

export function reportFigure(judgement: Judgement, title: string): ReportFigure {
  const { classes, labels, predictions, probabilities } = judgement;
  const matrix = confusionMatrix(labels, predictions, classes.length);
  const scores = classificationReport(matrix);
  const rows = classes.map((name, c) => ({ ...scores.classes[c]!, ...ranking(judgement, c), name }));
  const { bins, error } = calibration(probabilities, labels);
  const right = matrix.reduce((sum, row, c) => sum + row[c]!, 0);
  const kappa = cohenKappa(matrix);
  const [low, high] = accuracyInterval(right, labels.length);
  const mean = (name: "rocAuc" | "averagePrecision", weight: (row: (typeof rows)[number]) => number) => {
    const known = rows.flatMap((row) => (row[name] === undefined ? [] : [{ value: row[name], weight: weight(row) }]));
    const total = known.reduce((sum, one) => sum + one.weight, 0);
    return total === 0 ? undefined : known.reduce((sum, one) => sum + one.weight * one.value, 0) / total;
  };
  const average = (name: string, means: object, weight: (row: (typeof rows)[number]) => number) =>
    rounded({
      ...{ name, support: labels.length, ...means },
      ...{ rocAuc: mean("rocAuc", weight), averagePrecision: mean("averagePrecision", weight) },
    });
  const shown = worst(rows);
  return {
    kind: "report",
    title,
    examples: labels.length,
    accuracy: round(scores.accuracy),
    interval: [round(low), round(high)],
    balancedAccuracy: round(balancedAccuracy(matrix)),
    ...(kappa === undefined ? {} : { kappa: round(kappa) }),
    logLoss: round(logLoss(probabilities, labels)),
    brier: round(brierScore(probabilities, labels)),
    classes: shown.map(rounded),
    macro: average("macro average", scores.macro, () => 1),
    weighted: average("weighted average", scores.weighted, ({ support }) => support),
    calibration: {
      bins: bins.map((bin) => ({
        ...{ low: round(bin.low), high: round(bin.high), count: bin.count },
        ...{ confidence: round(bin.confidence), accuracy: round(bin.accuracy) },
      })),
      error: round(error),
      errorEqualMass: round(calibration(probabilities, labels, { equal: "mass" }).error),
    },
    notes: [
      ...undefinedNotes(rows),
      ...(shown.length === rows.length
        ? []
        : [`The ${shown.length} of ${rows.length} classes with the lowest F1; means are those of all.`]),
    ],
    live: false,
  };
}

type Row = { [Name in keyof ReportRow]: ReportRow[Name] | undefined } & Pick<ReportRow, "name" | "support">;

/** Of this class against the rest. */
function ranking({ labels, probabilities, classes }: Judgement, c: number): Pick<Row, "rocAuc" | "averagePrecision"> {
  const scores = Float64Array.from(labels, (_, i) => probabilities.data[i * classes.length + c]!);
  const positives = Array.from(labels, (label) => label === c);
  return { rocAuc: rocAuc(scores, positives), averagePrecision: averagePrecision(scores, positives) };
}

function worst(rows: readonly Row[]): readonly Row[] {
  if (rows.length <= MAXIMUM_CLASSES) return rows;
  const chosen = new Set(rows.toSorted((a, b) => (a.f1 ?? 2) - (b.f1 ?? 2)).slice(0, MAXIMUM_CLASSES));
  return rows.filter((row) => chosen.has(row));
}

/** Why a number is missing. */
function undefinedNotes(rows: readonly Row[]): string[] {
  const absent = rows.filter(({ support }) => support === 0);
  const present = rows.length - absent.length;
  const ignored = rows.filter(({ support, precision }) => support > 0 && precision === undefined);
  return [
    ...(present > 1 ? [] : ["All examples are of one class: ROC-AUC is not defined."]),
    ...(absent.length === 0 || present === 1
      ? []
      : [`No example of ${named(absent)}: recall and ROC-AUC are not defined there, and count in no mean.`]),
    ...(ignored.length === 0
      ? []
      : [`Never predicted: ${named(ignored)}; precision is not defined there and counts as 0.`]),
  ];
}

function named(rows: readonly Row[]): string {
  const names = rows.slice(0, 5).map(({ name }) => name);
  return rows.length > 5 ? `${names.join(", ")} and ${rows.length - 5} more` : names.join(", ");
}

function rounded({ name, support, ...scores }: Row): ReportRow {
  const known = Object.entries(scores).flatMap(([key, value]) =>
    typeof value === "number" ? [[key, round(value)] as const] : [],
  );
  return { name, ...Object.fromEntries(known), support };
}

/** Four digits after the point are finer than any test set tells. */
function round(value: number): number {
  return Number(value.toFixed(4));
}
