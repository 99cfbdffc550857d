"""Layer graphs of the benchmark as Keras' functional models on TensorFlow, with the same weights, and what its peers measure with."""

import os
import time

import tensorflow as tf
import keras
from keras import layers

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


def version():
    return {"version": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}
