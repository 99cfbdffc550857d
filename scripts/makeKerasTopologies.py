"""Writes the topologies of Keras Applications into media/topologies, and says where their weights are and which checksum they have.

    python3 -m venv node_modules/.cache/keras-venv && node_modules/.cache/keras-venv/bin/pip install tensorflow-cpu==2.21.0
    node_modules/.cache/keras-venv/bin/python scripts/makeKerasTopologies.py [FOLDER]

Nothing is downloaded: addresses and checksums are those that stand in Keras' own source. With FOLDER, a file of random weights for each, as
Keras writes it, an image and the features that Keras has of it come to lie there, for `npm run check:registry -- FOLDER`.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Its convolutions end the process on some machines.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import h5py
import keras
import numpy as np
from keras.src.legacy.saving import legacy_h5_format
from keras.src.utils import file_utils

applications = {
    "densenet121": keras.applications.DenseNet121,
    "efficientnet-b0": keras.applications.EfficientNetB0,
    "efficientnet-v2-b0": keras.applications.EfficientNetV2B0,
    "mobilenet-v3-large": keras.applications.MobileNetV3Large,
    "mobilenet-v3-small": keras.applications.MobileNetV3Small,
    "resnet50": keras.applications.ResNet50,
    "resnet50-v2": keras.applications.ResNet50V2,
    "vgg16": keras.applications.VGG16,
    "xception": keras.applications.Xception,
}
sides = {"xception": 299}

# Settings that a reader needs, with the values that need not be written down.
settings = {
    "Activation": {"activation": None},
    "Add": {},
    "AveragePooling2D": {"pool_size": None, "strides": None, "padding": "valid"},
    "BatchNormalization": {"epsilon": 1e-3, "momentum": 0.99, "center": True, "scale": True},
    "Concatenate": {"axis": -1},
    "Conv2D": {"filters": None},
    "DepthwiseConv2D": {"depth_multiplier": 1},
    "Dropout": {"rate": None},
    "GlobalAveragePooling2D": {"keepdims": False},
    "InputLayer": {"batch_shape": None},
    "MaxPooling2D": {"pool_size": None, "strides": None, "padding": "valid"},
    "Multiply": {},
    "Normalization": {"mean": [], "variance": [], "invert": False},
    "ReLU": {"max_value": [], "negative_slope": 0.0, "threshold": 0.0},
    "Rescaling": {"scale": None, "offset": 0.0},
    "Reshape": {"target_shape": None},
    "SeparableConv2D": {"filters": None, "depth_multiplier": 1},
    "ZeroPadding2D": {"padding": None},
}
convolution = {
    "kernel_size": None,
    "strides": [1, 1],
    "padding": "valid",
    "dilation_rate": [1, 1],
    "groups": 1,
    "use_bias": True,
    "activation": "linear",
}
for kind in ["Conv2D", "DepthwiseConv2D", "SeparableConv2D"]:
    settings[kind].update(convolution)


def without_download():
    """What Keras would have fetched, as a list that fills."""
    asked = []

    def get_file(fname, origin, file_hash=None, **_):
        asked.append((origin, file_hash))
        return fname

    file_utils.get_file = get_file
    keras.Model.load_weights = lambda self, *_, **__: None
    return asked


def plain(value):
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def config_of(layer):
    given = json.loads(json.dumps(layer.get_config(), default=lambda value: np.asarray(value).tolist()))
    kept = {"name": layer.name}
    for setting, usual in settings[type(layer).__name__].items():
        value = plain(given.get(setting))
        # An empty list: left out where it is not set.
        if value == usual or (usual == [] and value is None):
            continue
        kept[setting] = value
    if isinstance(layer, keras.layers.InputLayer):
        kept["batch_input_shape"] = kept.pop("batch_shape")
    if isinstance(layer, keras.layers.BatchNormalization):
        assert layer.axis in (-1, 3), layer.axis
    return kept


def read_by(operation):
    [node] = operation._inbound_nodes
    return [tensor._keras_history.operation for tensor in node.input_tensors]


def hard_sigmoids(model):
    """MobileNetV3 has relu6(x + 3) · (1 / 6) as three operations, which are one activation: the relu takes its place."""
    replaced, skipped = {}, {}
    for operation in model.operations:
        if isinstance(operation, keras.layers.Layer):
            continue
        kind = type(operation).__name__
        [source] = read_by(operation)
        if kind == "Add":
            skipped[operation.name] = source
        elif kind == "Multiply" and isinstance(source, keras.layers.ReLU):
            skipped[operation.name] = source
            replaced[source.name] = {"name": source.name, "activation": "hard_sigmoid"}
        else:
            raise ValueError(f"{kind} in {model.name}")
    assert 2 * len(replaced) == len(skipped), model.name
    return replaced, skipped


def topology(model):
    replaced, skipped = hard_sigmoids(model)
    layers = []
    # In the order of `model.layers`, as weights are.
    for layer in model.layers:
        sources = [] if isinstance(layer, keras.layers.InputLayer) else read_by(layer)
        while any(source.name in skipped for source in sources):
            sources = [skipped.get(source.name, source) for source in sources]
        entry = {
            "class_name": "Activation" if layer.name in replaced else type(layer).__name__,
            "config": replaced.get(layer.name) or config_of(layer),
        }
        if sources:
            entry["inbound_nodes"] = [[source.name] for source in sources]
        layers.append(entry)
    return {
        "class_name": "Functional",
        "keras_version": keras.__version__,
        "config": {"layers": layers, "output_layers": [[model.layers[-1].name, 0, 0]]},
    }


def image(side):
    """As bytes: shades and a checkerboard, each channel its own way."""
    y, x = np.mgrid[0:side, 0:side]
    channels = [(3 * x + y) % 256, (x // 7 + y // 5) % 2 * 180 + 20, (x * y) % 251]
    return np.stack(channels, -1).astype("uint8")


def random_weights(model, seed, images):
    """Random everywhere, so that no weight can be taken for another unnoticed; batch norms with the statistics of images, else nothing of an
    image is left behind some tens of layers."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        values = []
        for weight in layer.weights:
            name, shape = weight.name, weight.shape
            if name in ("variance", "moving_variance"):
                values.append(rng.uniform(0.5, 1.5, shape))
            elif name == "gamma":
                values.append(rng.uniform(0.8, 1.2, shape))
            elif name.endswith("kernel"):
                fan_in = np.prod(shape[:2]) if name == "depthwise_kernel" else np.prod(shape[:-1])
                values.append(rng.normal(0, np.sqrt(2 / fan_in), shape))
            elif name == "count":
                values.append(np.asarray(0))
            else:
                values.append(rng.normal(0, 0.1, shape))
        layer.set_weights(values)
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    model(images, training=True)


def main(folder=None):
    asked = without_download()
    os.makedirs("media/topologies", exist_ok=True)
    for seed, (name, build) in enumerate(applications.items()):
        side = sides.get(name, 224)
        keras.backend.clear_session()
        model = build(weights="imagenet", include_top=False, pooling="avg", input_shape=(side, side, 3))
        with open(f"media/topologies/{name}.json", "w", encoding="utf-8") as file:
            json.dump(topology(model), file, separators=(",", ":"))
            file.write("\n")
        address, checksum = asked[-1]
        print(name, address, checksum, model.count_params(), flush=True)
        if folder is None:
            continue
        os.makedirs(folder, exist_ok=True)
        pixels = image(side)
        pixels.tofile(f"{folder}/{name}.image")
        read = getattr(keras.applications, build.__module__.rpartition(".")[2]).preprocess_input
        images = read(np.stack([pixels, pixels[::-1, ::-1, ::-1]]).astype("float32"))
        random_weights(model, seed, images)
        with h5py.File(f"{folder}/{name}.h5", "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, model)
        features, other = np.asarray(model(images), "<f4")
        features.tofile(f"{folder}/{name}.features")
        apart = np.abs(other - features).max() / np.abs(features).max()
        assert apart > 0.01, f"{name}: images that differ have the same features, {apart}"


main(*sys.argv[1:])
