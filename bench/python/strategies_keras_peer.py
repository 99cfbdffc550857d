"""Keras on TensorFlow as a contender of `bench -- strategies`: the recipes that Graft trained by, from the same weights on the same examples.

A model is built and traced once for each recipe; later trainings begin from weights of their own with what was traced.
"""

import json

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize

from keras_network import fastest, network, timed, version
from peer import Tensors, serve
from strategies_plan import at_once, check

tests, traced = {}, {}


class Trainee:
    """A model with what is traced of it. Each step of a training computes all layers; frozen batch norms are in inference mode."""

    def __init__(self, graph, tensors, featureLayer, preprocessing, plan, steps, jit):
        self.graph, self.preprocessing, self.plan = graph, preprocessing, plan
        self.model = network(graph, tensors, plan["layers"] if plan else ())
        self.model.compile(
            optimizer=keras.optimizers.Adam(self.rate(steps), epsilon=1e-7),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=jit,
        )
        self.features = keras.Model(self.model.input, self.model.get_layer(featureLayer).output)
        self.features.compile(jit_compile=jit)
        self.head = self.model.get_layer(graph["output"])
        self.head_gradient = tf.function(head_gradient, jit_compile=jit)
        self.model.optimizer.build(self.model.trainable_variables)
        self.untrained = [variable.numpy() for variable in self.model.optimizer.variables]

    def rate(self, steps):
        if self.plan is None:
            return 0.0
        rate = self.plan["optimizer"]["learningRate"]
        return keras.optimizers.schedules.CosineDecay(rate, steps) if self.plan["schedule"] == "cosine" else rate

    def begin(self, tensors):
        for layer in self.model.layers:
            keys = self.graph["weights"].get(layer.name, [])
            if keys:
                layer.set_weights([tensors[key] for key in keys])
        for variable, value in zip(self.model.optimizer.variables, self.untrained):
            variable.assign(value)

    def pixels(self, images):
        return images.astype(np.float32) * self.preprocessing["scale"] + self.preprocessing["offset"]

    def solve_head(self, x, y, l2):
        """Keras has no solver: SciPy's L-BFGS with TensorFlow's gradient, on centred features of one scale."""
        mean = x.mean(0)
        scale = np.sqrt(np.square(x - mean).mean())
        rows, labels = tf.constant((x - mean) / scale), tf.constant(y)
        shape = self.head.kernel.shape
        size = int(np.prod(shape))

        def objective(flat):
            kernel, bias = np.float32(flat[:size].reshape(shape)), np.float32(flat[size:])
            loss, gradients = self.head_gradient(kernel, bias, rows, labels, np.float32(l2))
            return float(loss), np.concatenate([np.float64(gradient).ravel() for gradient in gradients])

        options = {"maxiter": 500, "gtol": 1e-6, "ftol": 1e-9}
        found = minimize(objective, np.zeros(size + shape[1]), jac=True, method="L-BFGS-B", options=options).x
        kernel, bias = found[:size].reshape(shape), found[size:]
        self.head.set_weights([kernel / scale, bias - mean @ kernel / scale])

    def learn(self, images, y, l2, epochs):
        x = self.pixels(images)
        if l2 is not None:
            self.solve_head(in_parts(self.features, x), y, l2)
        if self.plan is not None:
            keras.utils.set_random_seed(self.plan["seed"])
            self.model.fit(x, y, batch_size=self.plan["batchSize"], epochs=epochs, verbose=0)

    def accuracy(self, test):
        size = at_once(test["images"])
        parts = range(0, len(test["labels"]), size)
        logits = [self.model.predict_on_batch(self.pixels(test["images"][at : at + size])) for at in parts]
        return float((np.concatenate(logits).argmax(1) == test["labels"]).mean())


def head_gradient(kernel, bias, x, y, l2):
    """Mean cross-entropy + l2 / 2 · ‖kernel‖²."""
    with tf.GradientTape() as tape:
        tape.watch([kernel, bias])
        logits = x @ kernel + bias
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        loss = tf.reduce_mean(losses) + l2 / 2 * tf.reduce_sum(tf.square(kernel))
    return loss, tape.gradient(loss, [kernel, bias])


def in_parts(model, x):
    size = at_once(x)
    return np.concatenate([model.predict_on_batch(x[at : at + size]) for at in range(0, len(x), size)])


class Recipe:
    """What one training needs. `most`: so many of its examples."""

    def __init__(self, file, index, graph, featureLayer, preprocessing, l2, plan, boundary, most=None):
        if plan is not None:
            check(plan)
        assert boundary is None
        self.tensors = Tensors(file, index)
        self.images, self.labels = self.tensors["images"][:most], self.tensors["labels"][:most]
        self.l2, self.plan = l2, plan
        self.made_of = (graph, self.tensors, featureLayer, preprocessing, plan)

    def trainee(self, way):
        batches = -(-len(self.images) // self.plan["batchSize"]) if self.plan else 0
        return Trainee(*self.made_of, steps=batches * self.plan["epochs"] if self.plan else 0, jit=way == "XLA")

    def learn(self, trainee, epochs):
        trainee.learn(self.images, self.labels, self.l2, epochs)


def train(test, way, **options):
    recipe = Recipe(**options)
    plan = recipe.plan and {**recipe.plan, "seed": None}
    key = json.dumps([way, options["graph"], plan, len(recipe.images)])
    if key not in traced:
        traced[key] = recipe.trainee(way)
        recipe.learn(traced[key], epochs=1)
    trainee = traced[key]
    trainee.plan = recipe.plan
    trainee.begin(recipe.tensors)
    seconds = timed(lambda: recipe.learn(trainee, recipe.plan and recipe.plan["epochs"]))
    return {"seconds": seconds, "accuracy": trainee.accuracy(tests[test])}


def quickest_way(**options):
    """Found by one epoch of this recipe on a few of its examples."""
    recipe = Recipe(**options, most=32)
    work = lambda trainee: lambda: recipe.learn(trainee, epochs=1)
    return {"way": fastest({way: work(recipe.trainee(way)) for way in ("graph", "XLA")})}


def remember_test(test, file, index):
    tensors = Tensors(file, index)
    tests[test] = {"images": tensors["images"], "labels": tensors["labels"]}


serve({"test": remember_test, "way": quickest_way, "train": train, "version": version})
