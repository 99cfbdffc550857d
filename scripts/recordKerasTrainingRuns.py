"""Records whole training runs of Keras, which src/lab/engine/trainingRuns.keras.test.ts repeats with Graft's engine.

    python3 -m venv node_modules/.cache/keras-venv && node_modules/.cache/keras-venv/bin/pip install tensorflow-cpu==2.21.0
    node_modules/.cache/keras-venv/bin/python scripts/recordKerasTrainingRuns.py

Layers, losses and optimizers are Keras' own, in float64, from inputs rounded to float32. Where Graft follows PyTorch or a paper
instead, nothing is recorded here:

- Keras adds Adam's epsilon to the uncorrected deviation (Kingma & Ba's epsilon-hat), Graft to the corrected one. With 1e-7, the
  default of both, their weights differ by up to 4e-3 after these few steps, where gradients are small. Runs are recorded with
  an epsilon that is too small to matter; what it does at its place is recorded from PyTorch.
- Keras keeps the learning rate inside the velocity of momentum: the same as Graft's while the rate is constant.
- `weight_decay` of Keras' SGD and Adam is decoupled as in AdamW; Graft's SGD and Adam add it to the gradient, as in PyTorch.
- Keras' moving average begins at the weights after the first update, Graft's at the weights before it.
- Accumulation averages batches in Keras and rows in Graft: the same where all batches have one size.
- For an embedding, whose gradients it keeps sparse, Keras' Adam squares the parts of a token that is there several times before it
  adds them up; Graft squares their sum, as PyTorch does. With Adam, embeddings are frozen here; SGD trains them.
- Keras has neither one-cycle nor learning rates by layer.
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
from keras import layers

import trainingRuns as shared
from trainingRuns import ADAM, ADAM_W, CNN, MLP, MOMENTUM, NESTEROV, SGD

keras.backend.set_floatx("float64")


def norm():
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-3, name="bn")


def network(model):
    x = inputs = keras.Input(shared.INPUTS[model])
    if model == "mlp":
        x = layers.Dense(8, activation="relu", name="hidden")(x)
    elif model == "cnn":
        x = layers.Conv2D(3, 3, padding="same", use_bias=False, name="conv")(x)
        x = layers.Activation("relu")(norm()(x))
        x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    elif model == "separable":
        x = layers.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, name="depthwise")(x)
        x = layers.Activation("relu6")(x)
        x = layers.SeparableConv2D(3, 3, padding="same", use_bias=False, name="separable")(x)
        x = layers.GlobalAveragePooling2D()(norm()(x))
    else:
        words = layers.Embedding(shared.TOKENS, 4, name="words")(x)
        attended = layers.MultiHeadAttention(2, 3, use_bias=False, name="attention")(words, words)
        x = layers.LayerNormalization(epsilon=1e-3, name="norm1")(layers.Add()([words, attended]))
        wide = layers.Dense(6, activation="gelu", name="wide")(x)
        x = layers.Add()([x, layers.Dense(4, name="narrow")(wide)])
        x = layers.GlobalAveragePooling1D()(layers.LayerNormalization(epsilon=1e-3, name="norm2")(x))
    return keras.Model(inputs, layers.Dense(4, name="head")(x))


def variables_of(model, keras_model):
    """By Graft's names: Keras keeps the weights of a layer in the same order."""
    flat = [variable for layer in keras_model.layers for variable in layer.weights]
    by_key = dict(zip(shared.SHAPES[model], flat, strict=True))
    for key, shape in shared.SHAPES[model].items():
        assert tuple(by_key[key].shape) == shape, key
    return by_key


def loss_of(case):
    loss = shared.loss_of(case)
    smoothing = loss.get("labelSmoothing", 0)
    if loss["name"] == "softmaxCrossEntropy":
        return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    if loss["name"] == "sigmoidCrossEntropy":
        return keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=smoothing)
    return keras.losses.MeanSquaredError()


def targets_of(case):
    name = shared.loss_of(case)["name"]
    rows = range(case["rows"])
    if name == "softmaxCrossEntropy":
        return np.eye(4)[[shared.label_of(row) for row in rows]]
    return np.stack([shared.values_of(name, row) for row in rows])


def optimizer_of(case, variables):
    o = case["optimizer"]
    rate = o["learningRate"]
    if case.get("schedule") == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, shared.updates(case))
    common = {
        "learning_rate": rate,
        "global_clipnorm": case.get("clipNorm"),
        "gradient_accumulation_steps": case.get("accumulateBatches"),
    }
    if o["name"] == "sgd":
        return keras.optimizers.SGD(momentum=o.get("momentum", 0.0), nesterov=o.get("nesterov", False), **common)
    betas = {"beta_1": o.get("beta1", 0.9), "beta_2": o.get("beta2", 0.999), "epsilon": o["epsilon"]}
    if o["name"] == "adam":
        return keras.optimizers.Adam(**betas, **common)
    optimizer = keras.optimizers.AdamW(weight_decay=o["weightDecay"], **betas, **common)
    optimizer.exclude_from_weight_decay(var_list=[value for key, value in variables.items() if not shared.decays(key)])
    return optimizer


def run(case):
    model = network(case["model"])
    variables = variables_of(case["model"], model)
    for key, value in shared.initial(case["model"]).items():
        variables[key].assign(value)
    for layer in model.layers:
        layer.trainable = layer.name not in case.get("frozen", [])
    model.compile(optimizer_of(case, variables), loss_of(case))
    features, targets = shared.features(case), targets_of(case)
    losses = []
    for group in shared.batches(case):
        assert "accumulateBatches" not in case or len({len(batch) for batch in group}) == 1
        total = 0.0
        for batch in group:
            weights = np.array([shared.weight_of(row) for row in batch]) if case.get("weighted") else None
            model.reset_metrics()
            total += float(model.train_on_batch(features[batch], targets[batch], sample_weight=weights))
        losses.append(total / len(group))
    return shared.recorded(case, losses, {key: value.numpy() for key, value in variables.items()})


EVEN = {"rows": 24, "batchSize": 4, "epochs": 6}
SEPARABLE = {"model": "separable", "rows": 14, "batchSize": 4, "epochs": 6, "seed": 13}
ENCODER = {"model": "encoder", "rows": 14, "batchSize": 4, "epochs": 6, "seed": 14}
CASES = [
    *shared.COMMON_CASES,
    {"name": "SGD with Nesterov momentum", **MLP, "optimizer": NESTEROV},
    {"name": "Adam with other betas", **MLP, "optimizer": {**ADAM, "beta1": 0.8, "beta2": 0.99}},
    {"name": "AdamW on a cosine", **MLP, "optimizer": ADAM_W, "schedule": "cosine"},
    {"name": "accumulation", **MLP, **EVEN, "optimizer": MOMENTUM, "accumulateBatches": 3},
    {"name": "accumulation with AdamW and clipping", **MLP, **EVEN, "epochs": 12, "accumulateBatches": 2, "clipNorm": 0.4,
     "optimizer": ADAM_W},
    {"name": "CNN with frozen batch norm", **CNN, "optimizer": MOMENTUM, "frozen": ["bn"]},
    {"name": "CNN with frozen convolution and batch norm", **CNN, "optimizer": ADAM, "frozen": ["conv", "bn"]},
    {"name": "CNN with batch norm, class weights", **CNN, "optimizer": ADAM_W, "weighted": True},
    {"name": "separable convolutions, SGD", **SEPARABLE, "optimizer": SGD},
    {"name": "separable convolutions, Adam", **SEPARABLE, "optimizer": ADAM},
    {"name": "encoder layer, SGD with momentum", **ENCODER, "optimizer": MOMENTUM},
    {"name": "encoder layer on a frozen embedding, AdamW", **ENCODER, "optimizer": ADAM_W, "frozen": ["words"]},
    {"name": "encoder layer, frozen in the middle", **ENCODER, "optimizer": MOMENTUM, "frozen": ["norm1", "attention"]},
]

for case in CASES:
    if case["optimizer"]["name"] != "sgd":
        case["optimizer"] = {**case["optimizer"], "epsilon": 1e-10}

shared.write("keras", keras.__version__, [run(case) for case in CASES])
