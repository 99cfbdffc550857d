"""Records whole training runs of PyTorch, which src/lab/engine/trainingRuns.torch.test.ts repeats with Graft's engine.

    python3 -m venv node_modules/.cache/torch-venv && node_modules/.cache/torch-venv/bin/pip install torch numpy
    node_modules/.cache/torch-venv/bin/python scripts/recordTrainingRuns.py

Numbers are computed in float64 from inputs rounded to float32. Three things are Keras' convention and written by hand here: the
moving variance of batch norm is the biased one, sample weights are divided by the rows and not by their sum, batch norm's
momentum is the part that stays. recordKerasTrainingRuns.py records Keras itself.
"""
import math

import torch
import torch.nn.functional as F

import trainingRuns as shared
from trainingRuns import ADAM, ADAM_W, CNN, MLP, MOMENTUM, NESTEROV

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.backends.nnpack.set_flags(False)  # Else it complains on machines that lack it, at each convolution.


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
    loss = shared.loss_of(case)
    smoothing = loss.get("labelSmoothing", 0)
    if loss["name"] == "softmaxCrossEntropy":
        labels = torch.tensor([shared.label_of(row) for row in rows])
        losses = F.cross_entropy(output, labels, reduction="none", label_smoothing=smoothing)
    else:
        targets = torch.stack([torch.tensor(shared.values_of(loss["name"], row)) for row in rows])
        if loss["name"] == "meanSquaredError":
            losses = F.mse_loss(output, targets, reduction="none").mean(1)
        else:
            targets = targets * (1 - smoothing) + smoothing / 2
            losses = F.binary_cross_entropy_with_logits(output, targets, reduction="none").mean(1)
    if case.get("weighted"):
        losses = losses * torch.tensor([shared.weight_of(row) for row in rows])
    return losses


def rate_at(case, done):
    base = case["optimizer"]["learningRate"]
    part = done / shared.updates(case)
    schedule = case.get("schedule", "constant")
    if schedule == "constant":
        return base
    if schedule == "cosine":
        return base * (1 + math.cos(math.pi * part)) / 2
    assert schedule["name"] == "oneCycle"
    cos = lambda start, end, part: start + (1 + math.cos(math.pi * (1 - part))) * (end - start) / 2  # fastai's SchedCos
    return cos(base / 25, base, part / 0.25) if part < 0.25 else cos(base, base / 1e5, (part - 0.25) / 0.75)


def optimizer_of(case, w):
    o = case["optimizer"]
    factors = case.get("learningRateFactors", {})
    groups = []
    for key, value in w.items():
        if "moving_" in key:
            continue
        decay = o.get("weightDecay", 0) if shared.decays(key) else 0
        groups.append({"params": [value.requires_grad_()], "weight_decay": decay, "factor": factors.get(key.split("/")[0], 1)})
    if o["name"] == "sgd":
        return torch.optim.SGD(groups, lr=1, momentum=o.get("momentum", 0), nesterov=o.get("nesterov", False))
    kind = torch.optim.AdamW if o["name"] == "adamW" else torch.optim.Adam
    return kind(groups, lr=1, betas=(o.get("beta1", 0.9), o.get("beta2", 0.999)), eps=o.get("epsilon", 1e-7))


def run(case):
    w = {key: torch.tensor(value) for key, value in shared.initial(case["model"]).items()}
    features = torch.tensor(shared.features(case))
    average = {key: value.clone() for key, value in w.items()}
    optimizer = optimizer_of(case, w)
    losses = []
    for group in shared.batches(case):
        optimizer.zero_grad()
        total = 0.0
        for batch in group:
            output = forward(case["model"], w, features[batch])
            loss = row_losses(case, output, batch).sum() / sum(len(batch) for batch in group)
            loss.backward()
            total += loss.item()
        losses.append(total)
        if "clipNorm" in case:
            torch.nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], case["clipNorm"])
        for group_of in optimizer.param_groups:
            group_of["lr"] = rate_at(case, len(losses) - 1) * group_of["factor"]
        optimizer.step()
        if "emaDecay" in case:
            d = case["emaDecay"]
            for key in w:
                average[key] = average[key] * d + w[key].detach() * (1 - d) if "moving_" not in key else w[key]
    result = average if "emaDecay" in case else w
    return shared.recorded(case, losses, {key: value.detach().numpy() for key, value in result.items()})


# What is PyTorch's convention and not Keras', or has no form in Keras.
CASES = [
    *shared.COMMON_CASES,
    {"name": "SGD with Nesterov momentum and L2", **MLP, "optimizer": {**NESTEROV, "weightDecay": 0.02}},
    {"name": "Adam with other betas and epsilon", **MLP, "optimizer": {**ADAM, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3}},
    {"name": "Adam with L2", **MLP, "optimizer": {**ADAM, "weightDecay": 0.05}},
    {"name": "accumulation", **MLP, "optimizer": MOMENTUM, "accumulateBatches": 3},
    {"name": "accumulation with AdamW and clipping", **MLP, "epochs": 12, "accumulateBatches": 2, "clipNorm": 0.4,
     "optimizer": ADAM_W},
    {"name": "one cycle with AdamW", **MLP, "optimizer": {**ADAM_W, "learningRate": 0.02}, "schedule": {"name": "oneCycle"}},
    {"name": "rates by layer", **MLP, "optimizer": {**ADAM_W, "learningRate": 0.02}, "learningRateFactors": {"hidden": 0.1}},
    {"name": "moving average", **MLP, "optimizer": ADAM, "emaDecay": 0.9},
    {"name": "CNN with batch norm, accumulation", **CNN, "optimizer": ADAM, "accumulateBatches": 2, "epochs": 10},
]

shared.write("torch", torch.__version__, [run(case) for case in CASES])
