"""Records scikit-learn's optima that src/lab/engine/solveLinearHead.sklearn.test.ts compares with.

    python3 scripts/recordLinearHead.py     (needs scikit-learn; recorded with 1.9.1)

LogisticRegression minimises C * sum(weight * cross-entropy) + |kernel|^2 / 2, so C = 1 / (rows * l2) is Graft's objective. Solved by
Newton's method, whose last step is exact to float64's digits. Biases are free up to a constant: recorded with mean 0.
"""

import json
from pathlib import Path

import numpy
import sklearn
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

target = Path(__file__).parent.parent / "src/lab/engine/__goldens__/linearHead.json"
random = numpy.random.default_rng(4)


def record(name, rows, width, classes, l2, weighted=False):
    labels = numpy.arange(rows) % classes
    centres = random.normal(size=(classes, width))
    features = centres[labels] + 1.5 * random.normal(size=(rows, width))
    features = numpy.round(features - features.mean(axis=0), 3).astype(numpy.float32).astype(numpy.float64)
    weights = numpy.round(random.uniform(0.25, 3, rows), 2).astype(numpy.float32).astype(numpy.float64) if weighted else numpy.ones(rows)
    model = LogisticRegression(C=1 / (rows * l2), solver="newton-cg", tol=1e-12, max_iter=1000)
    model.fit(features, labels, sample_weight=weights)
    kernel, bias = model.coef_.T, model.intercept_
    logits = features @ kernel + bias
    loss = (weights * (logsumexp(logits, axis=1) - logits[numpy.arange(rows), labels])).sum() / rows
    return {
        "name": name,
        "l2": l2,
        "shape": [rows, width],
        "classes": classes,
        "features": [float(f"{value:.3f}") for value in features.ravel()],
        "labels": labels.tolist(),
        **({"sampleWeights": [float(f"{value:.2f}") for value in weights]} if weighted else {}),
        "objective": float(loss + l2 / 2 * (kernel**2).sum()),
        "loss": float(loss),
        "kernel": [float(f"{value:.9g}") for value in kernel.ravel()],
        "bias": [float(f"{value:.9g}") for value in bias - bias.mean()],
        "predictions": model.predict(features).tolist(),
    }


problems = [
    record("more rows than features", 90, 8, 3, 0.03),
    record("a weak penalty", 60, 6, 4, 0.001),
    record("a strong penalty", 60, 6, 4, 1),
    record("more features than rows", 20, 30, 5, 0.01),
    record("weights of rows", 60, 6, 3, 0.03, weighted=True),
]
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps({"recordedWith": f"scikit-learn {sklearn.__version__}", "problems": problems}) + "\n")
