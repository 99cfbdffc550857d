"""Writes a tfjs LayersModel (model.json, weights.bin) as a SavedModel, with Keras 3 and TensorFlow.

    python savedModel.py LAYERS_MODEL SAVED_MODEL [INPUTS OUTPUTS]

INPUTS are examples as raw float32; what the SavedModel makes of them, read back from the disk, goes to OUTPUTS.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

layers_model, saved_model, *check = sys.argv[1:]

with open(os.path.join(layers_model, "model.json"), encoding="utf-8") as file:
    description = json.load(file)
names = {"gelu_new": lambda x: keras.activations.gelu(x, approximate=True)}
config = description["modelTopology"]["config"]
# One input and one output, rather than lists of one.
config["input_layers"], config["output_layers"] = config["input_layers"][0], config["output_layers"][0]
model = keras.Model.from_config(config, custom_objects=names)

weights = {}
for group in description["weightsManifest"]:
    data = b"".join(open(os.path.join(layers_model, path), "rb").read() for path in group["paths"])
    for entry in group["weights"]:
        count = int(np.prod(entry["shape"]))
        weights.setdefault(entry["name"].rpartition("/")[0], []).append(
            np.frombuffer(data, "<f4", count).reshape(entry["shape"])
        )
        data = data[4 * count :]
for layer in model.layers:
    layer.set_weights(weights.get(layer.name, []))

model.export(saved_model, verbose=False)
if check:
    inputs = np.fromfile(check[0], "<f4").reshape([-1, *model.input_shape[1:]])
    read_back = tf.saved_model.load(saved_model)
    np.asarray(read_back.serve(tf.constant(inputs)), "<f4").tofile(check[1])
