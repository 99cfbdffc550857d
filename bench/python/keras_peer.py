"""Keras on TensorFlow as a contender: the layer graphs of the benchmark as functional models, with the same weights."""

import os
import time

import numpy as np
import tensorflow as tf
import keras
from keras import layers

from peer import Tensors, serve

THREADS = int(os.environ["BENCH_THREADS"])
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def keras_layer(layer):
    kind, name = layer["type"], layer["name"]
    if kind in ("Conv2D", "DepthwiseConv2D"):
        filters = [layer["filters"]] if kind == "Conv2D" else []
        return getattr(layers, kind)(
            *filters,
            kernel_size=tuple(layer["kernelSize"]),
            strides=tuple(layer["strides"]),
            padding=layer["padding"],
            use_bias=layer["useBias"],
            activation=layer["activation"],
            name=name,
        )
    if kind == "Dense":
        return layers.Dense(layer["units"], use_bias=layer["useBias"], activation=layer["activation"], name=name)
    if kind == "BatchNormalization":
        return layers.BatchNormalization(epsilon=layer["epsilon"], momentum=layer["momentum"], name=name)
    if kind == "LayerNormalization":
        return layers.LayerNormalization(epsilon=layer["epsilon"], name=name)
    if kind == "MultiHeadAttention":
        return layers.MultiHeadAttention(layer["heads"], layer["keyDim"], name=name)
    if kind == "ZeroPadding2D":
        return layers.ZeroPadding2D([tuple(pair) for pair in layer["padding"]], name=name)
    if kind == "Activation":
        return layers.Activation(layer["activation"], name=name)
    if kind in ("MaxPooling2D", "AveragePooling2D"):
        return getattr(layers, kind)(tuple(layer["poolSize"]), tuple(layer["strides"]), name=name)
    if kind in ("Add", "Flatten", "GlobalAveragePooling2D", "GlobalAveragePooling1D"):
        return getattr(layers, kind)(name=name)
    raise ValueError(f"no layer of kind {kind}")


# Keras 3 makes the weights of attention in this order.
ATTENTION = [f"{part}_{kind}" for part in ("query", "key", "value", "output") for kind in ("kernel", "bias")]


def network(graph, tensors, trainable=()):
    inputs = keras.Input(tuple(graph["input"]["shape"]), name=graph["input"]["name"])
    values = {graph["input"]["name"]: inputs}
    for layer in graph["layers"]:
        own = keras_layer(layer)
        own.trainable = layer["name"] in trainable
        sources = [values[source] for source in layer["inputs"]]
        if layer["type"] == "MultiHeadAttention":
            values[layer["name"]] = own(sources[0], sources[0])
        else:
            values[layer["name"]] = own(sources if len(sources) > 1 else sources[0])
        keys = graph["weights"].get(layer["name"], [])
        if layer["type"] == "MultiHeadAttention":
            keys = [f"{layer['name']}/{name}" for name in ATTENTION]
        if keys:
            own.set_weights([tensors[key] for key in keys])
    return keras.Model(inputs, values[graph["output"]])


jobs = {}


class Inference:
    def __init__(self, tensors, graph, batch):
        model = network(graph, tensors)
        self.x = tf.constant(tensors["input"][:batch])
        self.forward = {
            name: tf.function(lambda x: model(x, training=False), jit_compile=jit)
            for name, jit in (("graph", False), ("XLA", True))
        }
        self.sample = model(self.x[:1], training=False).numpy()
        self.how = fastest({name: lambda name=name: self.run(name, 2) for name in self.forward})

    def run(self, how, repeats):
        for _ in range(repeats):
            self.forward[how](self.x).numpy()

    def round(self, repeats):
        return timed(lambda: self.run(self.how, repeats)) / repeats


class Training:
    """`model.fit`, as people call it."""

    def __init__(self, tensors, graph, trainable, batch, rate, ways=("graph", "XLA")):
        self.ways = ways
        self.make = lambda: network(graph, tensors, trainable)
        self.x, self.y = tensors["features"], tensors["labels"]
        self.batch, self.rate = batch, rate
        self.bytes = self.x.dtype == np.uint8

    def compiled(self, jit):
        model = self.make()
        if self.bytes:
            scaled = keras.Input(self.x.shape[1:], dtype="uint8")
            model = keras.Model(scaled, model(layers.Rescaling(1 / 255)(scaled)))
        model.compile(
            optimizer=keras.optimizers.Adam(self.rate, epsilon=1e-7),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=jit,
        )
        return model

    def ready(self):
        models = {name: self.compiled(jit=name == "XLA") for name in self.ways}
        few = min(len(self.x), 4 * self.batch)
        fit = lambda model: model.fit(self.x[:few], self.y[:few], batch_size=self.batch, verbose=0)
        self.how = fastest({name: lambda model=model: fit(model) for name, model in models.items()})
        self.model = models[self.how]
        return self

    def round(self, repeats):
        fit = lambda: self.model.fit(self.x, self.y, batch_size=self.batch, epochs=repeats, verbose=0)
        return timed(fit) / repeats


def fastest(ways):
    """Each way once to warm up, then the quicker of two runs of each counts. A way that fails is none."""
    working = {}
    for name, way in ways.items():
        try:
            way()
            working[name] = min(timed(way) for _ in range(2))
        except Exception:  # noqa: BLE001
            pass
    return min(working, key=working.get)


def timed(work):
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def infer(job, file, index, graph, batch):
    jobs[job] = Inference(Tensors(file, index), graph, batch)
    return {"sample": jobs[job].sample.flatten().tolist(), "how": jobs[job].how}


def train(job, file, index, **options):
    jobs[job] = Training(Tensors(file, index), **options).ready()
    return {"how": jobs[job].how}


def losses(file, index, steps, **options):
    """Of the first steps, all on the first batch: they show whether two sides train the same thing."""
    training = Training(Tensors(file, index), **options)
    model = training.compiled(False)
    x, y = training.x[: training.batch], training.y[: training.batch]
    return {"losses": [float(model.train_on_batch(x, y)) for _ in range(steps)]}


serve(
    {
        "infer": infer,
        "train": train,
        "losses": losses,
        "round": lambda job, repeats: {"seconds": jobs[job].round(repeats)},
        "drop": lambda job: jobs.pop(job, None) and None,
        "version": lambda: {"version": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"},
    }
)
