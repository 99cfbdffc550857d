"""Makes the small SavedModels that src/lab/backbone/operators/savedModel/readSavedModel.test.ts reads, with what TensorFlow predicts.

    python3 -m venv node_modules/.cache/keras-venv && node_modules/.cache/keras-venv/bin/pip install tensorflow-cpu==2.21.0
    node_modules/.cache/keras-venv/bin/python scripts/makeSavedModelFixtures.py

`legacy` is written as TensorFlow 1 wrote: variables without resources, a switch for training, no functions.
"""
import gzip
import json
import os
import tarfile
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

FOLDER = os.path.join(
    os.path.dirname(__file__), "..", "src", "lab", "backbone", "operators", "savedModel", "__goldens__"
)
random = np.random.default_rng(11)


def residual():
    """A block with a shortcut, batch norms with and without a factor, one told its axis, one over features."""
    image = keras.Input((8, 8, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(image)
    x = shortcut = layers.ReLU()(layers.BatchNormalization(axis=3, name="norm")(x))
    x = layers.Conv2D(4, 3, padding="same", name="inner")(x)
    x = layers.BatchNormalization(scale=False, epsilon=1e-2, name="unscaled")(x)
    x = layers.Activation("relu")(layers.Add()([x, shortcut]))
    x = layers.MaxPooling2D()(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    x = layers.BatchNormalization(center=False, name="uncentred")(layers.Dense(6, activation="tanh", name="hidden")(x))
    return keras.Model(image, layers.Dense(3, activation="softmax", name="logits")(x))


def mobile():
    """Inverted residuals as in MobileNetV2."""
    x = image = keras.Input((10, 10, 3), name="image")
    x = layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(layers.Rescaling(1 / 127.5, offset=-1)(x))
    x = shortcut = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 1, use_bias=False)(x)))
    x = layers.DepthwiseConv2D(3, strides=1, padding="same", use_bias=False)(x)
    x = layers.Conv2D(4, 1, use_bias=False)(layers.ReLU(6.0)(x))
    x = layers.Add()([layers.BatchNormalization()(x), shortcut])
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.Activation("swish")(layers.DepthwiseConv2D(3, strides=2, use_bias=False)(x))
    return keras.Model(image, layers.Dense(3, name="logits")(layers.GlobalAveragePooling2D()(x)))


class Module(tf.Module):
    """Functions in functions, one called twice; weights shared by both calls; a branch that is decided."""

    def __init__(self):
        super().__init__()
        self.kernel = tf.Variable(random.normal(size=(3, 3, 3, 3)).astype("f4") * 0.3)
        self.vectors = [tf.Variable(0.5 + np.abs(random.normal(size=3)).astype("f4")) for _ in range(4)]
        self.dense = tf.Variable(random.normal(size=(3, 5)).astype("f4"))

    @tf.function
    def block(self, x, alpha):
        x = tf.nn.conv2d(x, self.kernel, 1, "SAME")
        x, _, _ = tf.compat.v1.nn.fused_batch_norm(x, *self.vectors, epsilon=1e-4, is_training=False)
        return tf.nn.leaky_relu(x, alpha)

    @tf.function
    def serve(self, x, training):
        x = self.block(self.block(x, 0.1), 0.1)
        x = tf.stop_gradient(tf.cond(training, lambda: x * 2.0, lambda: tf.identity(x)))
        return tf.reduce_mean(x, [1, 2]) @ self.dense

    @tf.function(input_signature=[tf.TensorSpec([None, 6, 7, 3], tf.float32, "image")])
    def __call__(self, image):
        return {"features": self.serve(image, tf.constant(False))}


class Pieces(tf.Module):
    """Operators that no layer is: two results of one, and an activation in the middle."""

    def __init__(self):
        super().__init__()
        self.kernel = tf.Variable(random.normal(size=(3, 3, 2, 4)).astype("f4") * 0.3)
        self.vectors = [tf.Variable(0.5 + np.abs(random.normal(size=4)).astype("f4")) for _ in range(4)]
        self.dense = tf.Variable(random.normal(size=(4, 3)).astype("f4"))

    @tf.function(input_signature=[tf.TensorSpec([None, 6, 7, 2], tf.float32, "image")])
    def __call__(self, image):
        x = tf.nn.conv2d(image, self.kernel, 1, "SAME")
        mean, variance, beta, gamma = self.vectors
        x = tf.nn.softplus(tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-3))
        low, high = tf.split(x, 2, axis=3)
        x = tf.concat([high, low], 3)
        return tf.reduce_mean(x, [1, 2]) @ self.dense


def legacy(folder):
    v1 = tf.compat.v1
    rows = random.normal(size=(3, 6, 6, 2)).round(3).astype("f4")
    with tf.Graph().as_default(), v1.Session() as session:
        v1.disable_resource_variables()
        image = v1.placeholder(tf.float32, [None, 6, 6, 2], "image")
        keep = v1.placeholder_with_default(np.float32(1.0), [], "keep")
        kernel = v1.get_variable("conv/kernel", initializer=random.normal(size=(3, 3, 2, 4)).astype("f4"))
        bias = v1.get_variable("conv/bias", initializer=random.normal(size=4).astype("f4"))
        dense = v1.get_variable("dense/kernel", initializer=random.normal(size=(4, 3)).astype("f4"))
        x = tf.nn.relu6(tf.nn.bias_add(tf.nn.conv2d(image, kernel, 2, "SAME"), bias))
        x = tf.reduce_mean(x, [1, 2]) * keep
        logits = tf.identity(tf.matmul(x, dense), "logits")
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, folder, {"image": image}, {"logits": logits})
        return rows, session.run(logits, {image: rows})


def filled(model):
    """Random everywhere, variances positive, so that no weight can be taken for another unnoticed."""
    for layer in model.layers:
        for weight in layer.weights:
            value = random.normal(size=weight.shape) * 0.5
            if np.issubdtype(weight.dtype, np.floating):
                weight.assign(0.5 + np.abs(value) if weight.path.endswith("moving_variance") else value)
    return model


def write_keras(make, folder):
    keras.utils.clear_session()
    model = filled(make())
    model.export(folder, verbose=False)
    rows = random.normal(size=(3, *model.input_shape[1:])).round(3).astype("f4")
    read_back = tf.saved_model.load(folder)
    return rows, read_back.serve(tf.constant(rows)).numpy()


def write_module(make, folder):
    module = make()
    tf.saved_model.save(module, folder)
    shape = module.__call__.input_signature[0].shape
    rows = random.normal(size=(3, *shape[1:])).round(3).astype("f4")
    read_back = tf.saved_model.load(folder)
    (served,) = read_back.signatures["serving_default"](tf.constant(rows)).values()
    return rows, served.numpy()


writers = {
    "residual": lambda folder: write_keras(residual, folder),
    "mobile": lambda folder: write_keras(mobile, folder),
    "module": lambda folder: write_module(Module, folder),
    "pieces": lambda folder: write_module(Pieces, folder),
    "legacy": legacy,
}


def pack(folder, path):
    """The same bytes each time that the files are the same."""

    def plain(entry):
        entry.mtime = entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    with open(path, "wb") as file, gzip.GzipFile("", "wb", mtime=0, fileobj=file) as packed:
        with tarfile.open(mode="w", fileobj=packed) as archive:
            archive.add(folder, ".", filter=plain)


os.makedirs(FOLDER, exist_ok=True)
predictions = {}
for name, write in writers.items():
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.join(work, name)
        rows, predicted = write(folder)
        pack(folder, os.path.join(FOLDER, f"{name}.tar.gz"))
    predictions[name] = {
        "input": {"shape": list(rows.shape), "data": rows.ravel().tolist()},
        "output": {"shape": list(predicted.shape), "data": predicted.ravel().tolist()},
    }


def text_of(value):
    return json.dumps(value).replace('"input"', '\n  "input"').replace('"output"', '\n  "output"')


with open(os.path.join(FOLDER, "predictions.json"), "w", encoding="utf-8") as file:
    rounded = json.loads(json.dumps(predictions), parse_float=lambda text: float(f"{float(text):.8g}"))
    file.write("{\n" + ",\n".join(f'"{name}": {text_of(value)}' for name, value in rounded.items()) + "\n}\n")
