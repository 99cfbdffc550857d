"""scikit-learn as a contender: LogisticRegression by L-BFGS, in the number format and with the tolerance that are quickest and exact enough."""

import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

from peer import Tensors, serve

problem = {}


def objective(x, y, kernel, bias, l2):
    """Mean cross-entropy + l2 / 2 · ‖kernel‖², in double precision."""
    logits = x.astype(np.float64) @ kernel.astype(np.float64).T + bias.astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    loss = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]
    return loss.mean() + l2 / 2 * (kernel.astype(np.float64) ** 2).sum()


def fit(x, tolerance):
    model = LogisticRegression(C=1 / (len(x) * problem["l2"]), tol=tolerance, max_iter=2000)
    before = time.perf_counter()
    model.fit(x, problem["y"])
    return model, time.perf_counter() - before


def value(model):
    return objective(problem["double"], problem["y"], model.coef_, model.intercept_, problem["l2"])


def prepare(file, index, l2, within):
    tensors = Tensors(file, index)
    x = tensors["features"]
    problem.update(l2=l2, y=tensors["labels"], double=x.astype(np.float64))
    problem["ours"] = float(objective(x, problem["y"], tensors["kernel"].T, tensors["bias"], l2))
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact, _ = fit(problem["double"], 1e-9)
        optimum = min(value(exact), problem["ours"])
        for name, data in (("float32", x), ("float64", problem["double"])):
            for tolerance in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
                model, seconds = fit(data, tolerance)
                if value(model) - optimum <= within:
                    found.append((seconds, name, tolerance, data, value(model) - optimum))
                    break
    seconds, name, tolerance, data, above = min(found, key=lambda way: way[0])
    problem.update(data=data, tolerance=tolerance)
    return {"how": f"{name}, tol {tolerance:g}", "above": above, "oursAbove": problem["ours"] - optimum}


def one_round(repeats, job):
    return {"seconds": sum(fit(problem["data"], problem["tolerance"])[1] for _ in range(repeats)) / repeats}


serve(
    {
        "prepare": prepare,
        "round": one_round,
        "version": lambda: {"version": f"scikit-learn {sklearn.__version__}"},
    }
)
