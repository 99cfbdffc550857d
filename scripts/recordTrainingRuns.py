"""Records whole training runs of PyTorch, which src/lab/engine/trainingRuns.torch.test.ts repeats with Graft's engine.

    python3 -m venv /tmp/torchvenv && /tmp/torchvenv/bin/pip install torch numpy
    /tmp/torchvenv/bin/python scripts/recordTrainingRuns.py

Numbers are computed in float64 from inputs rounded to float32. Inputs come from a formula (`number`) and the order of the rows
from the generator in src/shared/rng.ts, both written again here, so the goldens hold only what PyTorch makes of them.

Keras is not among the references: no wheel of it or of TensorFlow could be had where this was written. What is Keras'
convention and not PyTorch's is written by hand here and in the tests, in float64: the moving variance of batch norm is the
biased one, sample weights are divided by the rows and not by their sum, the moving average begins at the first weights.
"""
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.backends.nnpack.set_flags(False)  # Else it complains on machines that lack it, at each convolution.
MASK = 0xFFFFFFFF


def number(i, salt):
    """In [-1, 1), the same in every language."""
    x = (i * 2654435761 + salt * 0x9E3779B9) & MASK
    x ^= x >> 16
    x = (x * 0x21F0AAAD) & MASK
    x ^= x >> 15
    return float(np.float32(x / 2**31 - 1))


def numbers(shape, salt, scale=1.0):
    size = math.prod(shape)
    values = [float(np.float32(number(i, salt) * scale)) for i in range(size)]
    return torch.tensor(values).reshape(shape)


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
SHAPES = {
    "mlp": {"hidden/kernel": (6, 8), "hidden/bias": (8,), "head/kernel": (8, 4), "head/bias": (4,)},
    # No bias before batch norm: its gradient is 0 but for rounding, which Adam would blow up.
    "cnn": {
        "conv/kernel": (3, 3, 2, 3),
        "bn/gamma": (3,),
        "bn/beta": (3,),
        "bn/moving_mean": (3,),
        "bn/moving_variance": (3,),
        "head/kernel": (27, 4),
        "head/bias": (4,),
    },
}
INPUTS = {"mlp": (6,), "cnn": (6, 6, 2)}


def initial(model):
    weights = {}
    for salt, (key, shape) in enumerate(SHAPES[model].items()):
        value = numbers(shape, 100 + salt, 0.5)
        if key.endswith(("gamma", "moving_variance")):
            value = torch.tensor((1 + value).numpy().astype(np.float32).astype(np.float64))
        weights[key] = value
    return weights


def forward(model, w, x):
    if model == "mlp":
        hidden = torch.relu(x @ w["hidden/kernel"] + w["hidden/bias"])
        return hidden @ w["head/kernel"] + w["head/bias"]
    image = x.permute(0, 3, 1, 2)
    y = F.conv2d(image, w["conv/kernel"].permute(3, 2, 0, 1), padding=1)
    with torch.no_grad():  # Keras' momentum and biased variance.
        for name, batch in (("mean", y.mean((0, 2, 3))), ("variance", y.var((0, 2, 3), unbiased=False))):
            moving = w[f"bn/moving_{name}"]
            moving.mul_(0.9).add_(0.1 * batch)
    y = F.batch_norm(y, None, None, w["bn/gamma"], w["bn/beta"], training=True, eps=1e-3)
    y = F.max_pool2d(torch.relu(y), 2)
    return y.permute(0, 2, 3, 1).flatten(1) @ w["head/kernel"] + w["head/bias"]


def row_losses(case, output, rows):
    loss = case.get("loss", {"name": "softmaxCrossEntropy"})
    smoothing = loss.get("labelSmoothing", 0)
    if loss["name"] == "softmaxCrossEntropy":
        labels = torch.tensor([label_of(row) for row in rows])
        losses = F.cross_entropy(output, labels, reduction="none", label_smoothing=smoothing)
    else:
        targets = torch.stack([values_of(loss["name"], row) for row in rows])
        if loss["name"] == "meanSquaredError":
            losses = F.mse_loss(output, targets, reduction="none").mean(1)
        else:
            targets = targets * (1 - smoothing) + smoothing / 2
            losses = F.binary_cross_entropy_with_logits(output, targets, reduction="none").mean(1)
    if case.get("weighted"):
        losses = losses * torch.tensor([weight_of(row) for row in rows])
    return losses


def label_of(row):
    return (row * row + row // 3) % 4


def values_of(loss, row):
    values = numbers((4,), 500 + row)
    return (values > 0).double() if loss == "sigmoidCrossEntropy" else values


def weight_of(row):
    """Class weights: 0.5, 1, 1.5, 2."""
    return 0.5 * (1 + label_of(row))


def rate_at(case, done, steps):
    base = case["optimizer"]["learningRate"]
    schedule = case.get("schedule", "constant")
    if schedule == "constant":
        return base
    if schedule == "cosine":
        return base * (1 + math.cos(math.pi * done / steps)) / 2
    assert schedule["name"] == "oneCycle"
    cos = lambda start, end, part: start + (1 + math.cos(math.pi * (1 - part))) * (end - start) / 2  # fastai's SchedCos
    part = done / steps
    return cos(base / 25, base, part / 0.25) if part < 0.25 else cos(base, base / 1e5, (part - 0.25) / 0.75)


def optimizer_of(case, w):
    o = case["optimizer"]
    factors = case.get("learningRateFactors", {})
    groups = []
    for key, value in w.items():
        if "moving_" in key:
            continue
        decay = o.get("weightDecay", 0) if key.endswith("kernel") else 0
        groups.append({"params": [value.requires_grad_()], "weight_decay": decay, "factor": factors.get(key.split("/")[0], 1)})
    if o["name"] == "sgd":
        return torch.optim.SGD(groups, lr=1, momentum=o.get("momentum", 0), nesterov=o.get("nesterov", False))
    kind = torch.optim.AdamW if o["name"] == "adamW" else torch.optim.Adam
    return kind(groups, lr=1, betas=(o.get("beta1", 0.9), o.get("beta2", 0.999)), eps=o.get("epsilon", 1e-7))


def run(case):
    rows, size, epochs = case["rows"], case["batchSize"], case["epochs"]
    together = case.get("accumulateBatches", 1) * size
    w = initial(case["model"])
    features = numbers((rows, *INPUTS[case["model"]]), 7)
    average = {key: value.clone() for key, value in w.items()}
    optimizer = optimizer_of(case, w)
    shuffle = Rng(case["seed"])
    steps = epochs * math.ceil(rows / together)
    losses = []
    for _ in range(epochs):
        order = shuffle.permutation(rows)
        for start in range(0, rows, together):
            group = order[start : start + together]
            optimizer.zero_grad()
            total = 0.0
            for at in range(0, len(group), size):
                batch = group[at : at + size]
                loss = row_losses(case, forward(case["model"], w, features[batch]), batch).sum() / len(group)
                loss.backward()
                total += loss.item()
            losses.append(total)
            if "clipNorm" in case:
                torch.nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], case["clipNorm"])
            for group_of in optimizer.param_groups:
                group_of["lr"] = rate_at(case, len(losses) - 1, steps) * group_of["factor"]
            optimizer.step()
            if "emaDecay" in case:
                d = case["emaDecay"]
                for key in w:
                    average[key] = average[key] * d + w[key].detach() * (1 - d) if "moving_" not in key else w[key]
    result = average if "emaDecay" in case else w
    return {
        "case": case,
        "losses": [float(f"{loss:.9g}") for loss in losses],
        "weights": {key: [float(f"{v:.9g}") for v in value.detach().flatten().tolist()] for key, value in result.items()},
    }


def cases():
    mlp = {"model": "mlp", "rows": 23, "batchSize": 5, "epochs": 6, "seed": 11}
    cnn = {"model": "cnn", "rows": 14, "batchSize": 4, "epochs": 6, "seed": 12}
    adam = {"name": "adam", "learningRate": 0.01}
    sgd = {"name": "sgd", "learningRate": 0.1}
    momentum = {**sgd, "learningRate": 0.05, "momentum": 0.9}
    return [
        {"name": "SGD", **mlp, "optimizer": sgd},
        {"name": "SGD with momentum", **mlp, "optimizer": momentum},
        {"name": "SGD with Nesterov momentum and L2", **mlp, "optimizer": {**momentum, "nesterov": True, "weightDecay": 0.02}},
        {"name": "Adam", **mlp, "optimizer": adam},
        {"name": "Adam with other betas and epsilon", **mlp, "optimizer": {**adam, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3}},
        {"name": "Adam with L2", **mlp, "optimizer": {**adam, "weightDecay": 0.05}},
        {"name": "AdamW", **mlp, "optimizer": {"name": "adamW", "learningRate": 0.01, "weightDecay": 0.2}},
        {"name": "clipping", **mlp, "optimizer": momentum, "clipNorm": 0.3},
        {"name": "accumulation", **mlp, "optimizer": momentum, "accumulateBatches": 3},
        {"name": "accumulation with AdamW and clipping", **mlp, "epochs": 12, "accumulateBatches": 2, "clipNorm": 0.4,
         "optimizer": {"name": "adamW", "learningRate": 0.01, "weightDecay": 0.2}},
        {"name": "label smoothing", **mlp, "optimizer": adam, "loss": {"name": "softmaxCrossEntropy", "labelSmoothing": 0.1}},
        {"name": "class weights", **mlp, "optimizer": adam, "weighted": True},
        {"name": "sigmoid", **mlp, "optimizer": adam, "loss": {"name": "sigmoidCrossEntropy"}},
        {"name": "sigmoid with smoothing and weights", **mlp, "optimizer": adam, "weighted": True,
         "loss": {"name": "sigmoidCrossEntropy", "labelSmoothing": 0.2}},
        {"name": "mean squared error", **mlp, "optimizer": sgd, "loss": {"name": "meanSquaredError"}},
        {"name": "cosine", **mlp, "optimizer": adam, "schedule": "cosine"},
        {"name": "one cycle with AdamW", **mlp, "optimizer": {"name": "adamW", "learningRate": 0.02, "weightDecay": 0.2},
         "schedule": {"name": "oneCycle"}},
        {"name": "rates by layer", **mlp, "optimizer": {"name": "adamW", "learningRate": 0.02, "weightDecay": 0.2},
         "learningRateFactors": {"hidden": 0.1}},
        {"name": "moving average", **mlp, "optimizer": adam, "emaDecay": 0.9},
        {"name": "CNN with batch norm, SGD", **cnn, "optimizer": momentum},
        {"name": "CNN with batch norm, Adam", **cnn, "optimizer": adam},
        {"name": "CNN with batch norm, accumulation", **cnn, "optimizer": adam, "accumulateBatches": 2, "epochs": 10},
    ]


path = os.path.join(os.path.dirname(__file__), "..", "src", "lab", "engine", "__goldens__", "torchRuns.json")
with open(path, "w", encoding="utf-8") as file:
    runs = [run(case) for case in cases()]
    lines = ",\n".join(json.dumps(recorded) for recorded in runs)
    file.write(f'{{"torch": "{torch.__version__}", "runs": [\n{lines}\n]}}\n')
