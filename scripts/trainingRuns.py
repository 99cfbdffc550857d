"""What the recorded training runs of each framework have in common: their inputs, first weights and settings.

Inputs come from a formula (`number`) and the order of the rows from the generator in src/shared/rng.ts; both are written again
here and in src/lab/engine/testing/recordedRuns.ts, so the goldens hold only what a framework makes of them.
"""
import json
import math
import os

import numpy as np

MASK = 0xFFFFFFFF


def number(i, salt):
    """In [-1, 1), the same in every language."""
    x = (i * 2654435761 + salt * 0x9E3779B9) & MASK
    x ^= x >> 16
    x = (x * 0x21F0AAAD) & MASK
    x ^= x >> 15
    return float(np.float32(x / 2**31 - 1))


def numbers(shape, salt, scale=1.0):
    """In float64, rounded to float32."""
    values = [float(np.float32(number(i, salt) * scale)) for i in range(math.prod(shape))]
    return np.array(values).reshape(shape)


class Rng:
    """xoshiro128** as in src/shared/rng.ts."""

    def __init__(self, seed):
        self.s = []
        s = seed & MASK
        for _ in range(4):
            s = (s + 0x9E3779B9) & MASK
            z = ((s ^ (s >> 16)) * 0x21F0AAAD) & MASK
            z = ((z ^ (z >> 15)) * 0x735A2D97) & MASK
            self.s.append(z ^ (z >> 15))

    def uint32(self):
        s = self.s
        x = (s[1] * 5) & MASK
        result = ((((x << 7) | (x >> 25)) & MASK) * 9) & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = ((s[3] << 11) | (s[3] >> 21)) & MASK
        return result

    def permutation(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = int(self.uint32() / 2**32 * (i + 1))
            order[i], order[j] = order[j], order[i]
        return order


# Weights by Graft's names, in Graft's shapes: kernels [inputs, units] and [height, width, channels, filters].
NORM = {name: (3,) for name in ("bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance")}
HEAD = {"head/bias": (4,)}
SHAPES = {
    "mlp": {"hidden/kernel": (6, 8), "hidden/bias": (8,), "head/kernel": (8, 4), **HEAD},
    # No bias before batch norm: its gradient is 0 but for rounding, which Adam would blow up.
    "cnn": {"conv/kernel": (3, 3, 2, 3), **NORM, "head/kernel": (27, 4), **HEAD},
    # Depthwise and separable convolution, relu6 between them.
    "separable": {
        "depthwise/depthwise_kernel": (3, 3, 2, 2),
        "depthwise/bias": (4,),
        "separable/depthwise_kernel": (3, 3, 4, 1),
        "separable/pointwise_kernel": (1, 1, 4, 3),
        **NORM,
        "head/kernel": (3, 4),
        **HEAD,
    },
    # One encoder layer on tokens, normalised after. No bias of the keys: its gradient is 0 but for rounding.
    "encoder": {
        "words/embeddings": (8, 4),
        "attention/query_kernel": (4, 2, 3),
        "attention/key_kernel": (4, 2, 3),
        "attention/value_kernel": (4, 2, 3),
        "attention/output_kernel": (2, 3, 4),
        "norm1/gamma": (4,),
        "norm1/beta": (4,),
        "wide/kernel": (4, 6),
        "wide/bias": (6,),
        "narrow/kernel": (6, 4),
        "narrow/bias": (4,),
        "norm2/gamma": (4,),
        "norm2/beta": (4,),
        "head/kernel": (4, 4),
        **HEAD,
    },
}
INPUTS = {"mlp": (6,), "cnn": (6, 6, 2), "separable": (6, 6, 2), "encoder": (6,)}
TOKENS = 8


def initial(model):
    weights = {}
    for salt, (key, shape) in enumerate(SHAPES[model].items()):
        value = numbers(shape, 100 + salt, 0.5)
        if key.endswith(("gamma", "moving_variance")):
            value = (1 + value).astype(np.float32).astype(np.float64)
        weights[key] = value
    return weights


def features(case):
    values = numbers((case["rows"], *INPUTS[case["model"]]), 7)
    return np.floor((values + 1) / 2 * TOKENS) if case["model"] == "encoder" else values


def loss_of(case):
    return case.get("loss", {"name": "softmaxCrossEntropy"})


def label_of(row):
    return (row * row + row // 3) % 4


def values_of(loss, row):
    values = numbers((4,), 500 + row)
    return (values > 0).astype(np.float64) if loss == "sigmoidCrossEntropy" else values


def weight_of(row):
    """Class weights: 0.5, 1, 1.5, 2."""
    return 0.5 * (1 + label_of(row))


def decays(key):
    """Weight decay is for kernels only."""
    return key.endswith(("kernel", "embeddings"))


MLP = {"model": "mlp", "rows": 23, "batchSize": 5, "epochs": 6, "seed": 11}
CNN = {"model": "cnn", "rows": 14, "batchSize": 4, "epochs": 6, "seed": 12}
ADAM = {"name": "adam", "learningRate": 0.01}
ADAM_W = {"name": "adamW", "learningRate": 0.01, "weightDecay": 0.2}
SGD = {"name": "sgd", "learningRate": 0.1}
MOMENTUM = {**SGD, "learningRate": 0.05, "momentum": 0.9}
NESTEROV = {**MOMENTUM, "nesterov": True}

# Where all frameworks have the same convention.
COMMON_CASES = [
    {"name": "SGD", **MLP, "optimizer": SGD},
    {"name": "SGD with momentum", **MLP, "optimizer": MOMENTUM},
    {"name": "Adam", **MLP, "optimizer": ADAM},
    {"name": "AdamW", **MLP, "optimizer": ADAM_W},
    {"name": "clipping", **MLP, "optimizer": MOMENTUM, "clipNorm": 0.3},
    {"name": "label smoothing", **MLP, "optimizer": ADAM, "loss": {"name": "softmaxCrossEntropy", "labelSmoothing": 0.1}},
    {"name": "class weights", **MLP, "optimizer": ADAM, "weighted": True},
    {"name": "sigmoid", **MLP, "optimizer": ADAM, "loss": {"name": "sigmoidCrossEntropy"}},
    {"name": "sigmoid with smoothing and weights", **MLP, "optimizer": ADAM, "weighted": True,
     "loss": {"name": "sigmoidCrossEntropy", "labelSmoothing": 0.2}},
    {"name": "mean squared error", **MLP, "optimizer": SGD, "loss": {"name": "meanSquaredError"}},
    {"name": "cosine", **MLP, "optimizer": ADAM, "schedule": "cosine"},
    {"name": "CNN with batch norm, SGD", **CNN, "optimizer": MOMENTUM},
    {"name": "CNN with batch norm, Adam", **CNN, "optimizer": ADAM},
]


def batches(case):
    """For each update the batches of rows whose gradients are averaged for it."""
    rows, size = case["rows"], case["batchSize"]
    together = case.get("accumulateBatches", 1) * size
    shuffle = Rng(case["seed"])
    for _ in range(case["epochs"]):
        order = shuffle.permutation(rows)
        for start in range(0, rows, together):
            group = order[start : start + together]
            yield [group[at : at + size] for at in range(0, len(group), size)]


def updates(case):
    return case["epochs"] * math.ceil(case["rows"] / (case.get("accumulateBatches", 1) * case["batchSize"]))


def recorded(case, losses, weights):
    return {
        "case": case,
        "losses": [float(f"{loss:.9g}") for loss in losses],
        "weights": {key: [float(f"{v:.9g}") for v in np.ravel(value).tolist()] for key, value in weights.items()},
    }


def write(framework, version, runs):
    path = os.path.join(os.path.dirname(__file__), "..", "src", "lab", "engine", "__goldens__", f"{framework}Runs.json")
    with open(path, "w", encoding="utf-8") as file:
        lines = ",\n".join(json.dumps(run) for run in runs)
        file.write(f'{{"{framework}": "{version}", "runs": [\n{lines}\n]}}\n')
