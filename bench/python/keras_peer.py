"""Keras on TensorFlow as a contender of `bench -- engine`."""

import numpy as np
import tensorflow as tf
import keras
from keras import layers

from keras_network import fastest, network, timed, version
from peer import Tensors, serve

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
        "version": version,
    }
)
