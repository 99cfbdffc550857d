"""Records scikit-learn's answers that src/lab/metrics/sklearn.test.ts compares with.

    pip install scikit-learn && python3 scripts/recordMetrics.py     (recorded with 1.9.1)
"""

import json
from pathlib import Path

import numpy
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve
from scipy.stats import binomtest

target = Path(__file__).parent.parent / "src/lab/metrics/__goldens__/sklearn.json"
random = numpy.random.default_rng(31)


def case(name, rows, classes, sharpness, decimals, present=None, predicted=None):
    """Few decimals make ties; `present` and `predicted` are the classes that occur at all."""
    labels = random.choice(present or classes, size=rows)
    logits = random.normal(size=(rows, classes)) + sharpness * numpy.eye(classes)[labels]
    if predicted is not None:
        logits[:, [c for c in range(classes) if c not in predicted]] -= 20
    probabilities = numpy.exp(2 * logits)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    # The last class takes what rounding leaves, so that rows sum to 1 exactly enough.
    probabilities = numpy.round(probabilities, decimals)
    probabilities[:, -1] = numpy.maximum(0, numpy.round(1 - probabilities[:, :-1].sum(axis=1), decimals))
    single = probabilities.astype(numpy.float32)
    answers = single.argmax(axis=1)
    confidence = single.max(axis=1).astype(numpy.float64)
    right = (answers == labels).astype(int)
    report = metrics.classification_report(labels, answers, output_dict=True, zero_division=0)
    one_against_rest = []
    for c in range(classes):
        positives = (labels == c).astype(int)
        scores = single[:, c]
        both = 0 < positives.sum() < rows
        entry = {
            "rocAuc": metrics.roc_auc_score(positives, scores) if both else None,
            "averagePrecision": metrics.average_precision_score(positives, scores) if positives.any() else None,
        }
        if both:
            fpr, tpr, _ = metrics.roc_curve(positives, scores, drop_intermediate=False)
            entry["sensitivity"] = {str(s): float(tpr[fpr <= 1 - s + 1e-12].max()) for s in (0.8, 0.9, 0.95, 1)}
        one_against_rest.append(entry)
    truth, mean = calibration_curve(right, confidence, n_bins=15, strategy="uniform")
    edges = numpy.linspace(0, 1, 16)
    counts = numpy.bincount(numpy.searchsorted(edges[1:-1], confidence), minlength=15)
    return {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "matrix": metrics.confusion_matrix(labels, answers, labels=range(classes)).tolist(),
        "report": {key: report.get(key) for key in [*map(str, range(classes)), "macro avg", "weighted avg"]},
        "accuracy": metrics.accuracy_score(labels, answers),
        "interval": list(binomtest(int(right.sum()), rows).proportion_ci(method="wilson")),
        "balancedAccuracy": float(numpy.mean([report[str(c)]["recall"] for c in sorted(set(labels.tolist()))])),
        "kappa": metrics.cohen_kappa_score(labels, answers),
        "logLoss": metrics.log_loss(labels, single / single.sum(axis=1, keepdims=True), labels=range(classes)),
        "brier": float(numpy.mean(((single.astype(float) - numpy.eye(classes)[labels]) ** 2).sum(axis=1))),
        "oneAgainstRest": one_against_rest,
        "calibration": {
            "accuracy": truth.tolist(),
            "confidence": mean.tolist(),
            "error": float((counts[counts > 0] / rows * numpy.abs(truth - mean)).sum()),
        },
    }


target.parent.mkdir(exist_ok=True)
target.write_text(
    json.dumps(
        {
            "recordedWith": f"scikit-learn {sklearn.__version__}",
            "cases": [
                case("four classes", 240, 4, 1.2, 6),
                case("ties: one decimal", 150, 3, 0.8, 1),
                case("two classes", 200, 2, 1.0, 3),
                case("a class that is never predicted", 120, 4, 1.0, 5, predicted=[0, 1, 3]),
                case("a class that is not there", 120, 4, 1.0, 5, present=[0, 1, 3]),
                case("one class alone", 40, 3, 0.5, 4, present=[1]),
            ],
        }
    )
    + "\n"
)
