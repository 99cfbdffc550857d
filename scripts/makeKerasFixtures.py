"""Makes the small files of Keras that src/lab/backbone/keras/kerasFiles.test.ts reads, with what Keras itself predicts.

    python3 -m venv node_modules/.cache/keras-venv && node_modules/.cache/keras-venv/bin/pip install tensorflow-cpu==2.21.0
    node_modules/.cache/keras-venv/bin/python scripts/makeKerasFixtures.py

`keras2.h5` is written as Keras 2 writes: no wheel of it could be had, so the configuration of a file of Keras 3 is put into the
older form here, and Keras 3, which still reads that form, has to predict the same from it.
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving import legacy_h5_format

FOLDER = os.path.join(os.path.dirname(__file__), "..", "src", "lab", "backbone", "keras", "__goldens__")
random = np.random.default_rng(7)


def sequential():
    return keras.Sequential([
        keras.Input((8, 8, 2)),
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(3, (2, 1), strides=(1, 2), padding="same", activation="swish"),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(5, activation="gelu"),
        layers.Dense(3, activation="softmax"),
    ])


def residual():
    """Branches, a block with a shortcut, layers out of order in their names."""
    image = keras.Input((8, 8, 2), name="image")
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(image)
    x = shortcut = layers.LeakyReLU(0.1)(layers.BatchNormalization(epsilon=1e-4)(x))
    x = layers.SeparableConv2D(4, 3, padding="same", activation="tanh")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(layers.Add()([x, shortcut]))
    a = layers.AveragePooling2D(2)(x)
    b = layers.Conv2D(2, 3, strides=2, name="alone")(layers.ZeroPadding2D(((0, 1), (0, 1)))(x))
    x = layers.Concatenate()([a, b])
    x = layers.Dense(5, activation="sigmoid")(layers.GlobalMaxPooling2D()(x))
    return keras.Model(image, layers.Dense(3, name="logits")(x))


def mobile():
    """Inverted residuals as in MobileNetV2, one with squeeze and excite."""
    x = image = keras.Input((10, 10, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu6")(x)
    for stride in (1, 2):
        shortcut = x
        x = layers.BatchNormalization()(layers.Conv2D(8, 1, use_bias=False)(x))
        x = layers.ReLU(6.0)(x)
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
        if stride == 2:
            s = layers.GlobalAveragePooling2D(keepdims=True)(x)
            s = layers.Conv2D(8, 1, activation="sigmoid")(layers.Conv2D(2, 1, activation="relu")(s))
            x = layers.Multiply()([x, s])
        x = layers.BatchNormalization()(layers.Conv2D(4, 1, use_bias=False)(x))
        x = layers.Add()([x, shortcut]) if stride == 1 else x
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def encoder():
    """Attention to itself and to a shorter sequence of another width."""
    tokens = keras.Input((6,))
    x = layers.Embedding(9, 4)(tokens)
    y = layers.MultiHeadAttention(2, 3)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, y]))
    memory = layers.Reshape((-1, 8))(x)
    y = layers.MultiHeadAttention(1, 5, use_bias=False)(query=x, value=memory, key=memory)
    x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, y]))
    y = layers.Dense(4)(layers.Dense(7, activation="gelu")(x))
    x = layers.GlobalAveragePooling1D()(layers.Add()([x, y]))
    return keras.Model(tokens, layers.Dense(3)(x))


def nested():
    """A frozen base model below a new head, and a third model; layers of one name and shape in both, and a frozen layer of the head's."""
    x = image = keras.Input((8, 8, 2), name="image")
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3, name="conv")(x))
    x = layers.Add()([x, layers.Conv2D(4, 3, padding="same", name="same")(x)])
    base = keras.Model(image, layers.Dropout(0.2)(x), name="base")
    base.trainable = False
    neck = keras.Sequential([
        keras.Input((6, 6, 4)),
        layers.Conv2D(4, 3, padding="same", name="same"),
        layers.BatchNormalization(name="norm"),
        layers.Conv2D(4, 1, trainable=False),
    ], name="neck")
    classifier = keras.Sequential([base, neck, layers.GlobalAveragePooling2D(), layers.Dense(3, name="norm")])
    pixels = keras.Input((8, 8, 2), name="pixels")
    return keras.Model(pixels, layers.Dense(2, name="logits")(classifier(pixels, training=False)))


def modern():
    """Layers of newer networks: normalisation and augmentation inside the model, groups, dilation, squeeze and excite."""
    image = keras.Input((9, 8, 4))
    x = layers.Rescaling([0.5, 1.0, 2.0, 0.25], offset=-0.1)(image)
    x = layers.GaussianNoise(0.1)(layers.RandomFlip()(layers.Normalization()(x)))
    x = layers.Conv2D(8, 3, groups=2, padding="same", activation="hard_swish")(x)
    x = layers.DepthwiseConv2D(3, dilation_rate=2, padding="same", activation="elu")(x)
    s = layers.Reshape((1, 1, 8))(layers.GlobalAveragePooling2D()(x))
    s = layers.Conv2D(8, 1, activation="hard_sigmoid")(layers.Conv2D(2, 1, activation="silu")(s))
    x = layers.Multiply()([s, x])
    x = layers.Conv2D(3, (3, 2), dilation_rate=(2, 3), activation="selu")(x)
    x = layers.Normalization(mean=[0.1, -0.2, 0.3], variance=[0.5, 1.5, 2.5])(x)
    x = layers.ELU()(layers.SeparableConv2D(4, 3, dilation_rate=2, padding="same")(x))
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def filled(model):
    """Random everywhere, variances positive, so that no weight can be taken for another unnoticed."""
    for layer in model.layers:
        for weight in layer.weights:
            value = random.normal(size=weight.shape) * 0.5
            if not weight.path.endswith("count"):
                weight.assign(0.5 + np.abs(value) if weight.path.endswith("variance") else value)
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()
    return model


def rows_for(model):
    shape = (3, *model.input_shape[1:])
    if len(shape) == 2:
        return random.integers(0, 9, shape).astype(np.float32)
    return random.normal(size=shape).round(3).astype(np.float32)


def as_keras_2(path):
    """Rewrites the configuration and the names of the weights in place."""

    def older(layer):
        config = {key: value for key, value in layer["config"].items() if key not in ("batch_shape", "optional", "dtype")}
        if "batch_shape" in layer["config"]:
            config["batch_input_shape"] = layer["config"]["batch_shape"]
        read = [np.ravel(node["args"]).tolist() for node in layer["inbound_nodes"]]
        nodes = [[[*tensor["config"]["keras_history"], {}] for tensor in tensors] for tensors in read]
        return {"class_name": layer["class_name"], "config": config, "name": layer["name"], "inbound_nodes": nodes}

    with h5py.File(path, "r+") as file:
        model = json.loads(file.attrs["model_config"])
        config = model["config"]
        config["layers"] = [older(layer) for layer in config["layers"]]
        config["input_layers"], config["output_layers"] = [config["input_layers"]], [config["output_layers"]]
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config})
        file.attrs["keras_version"] = file["model_weights"].attrs["keras_version"] = "2.15.0"
        for group in file["model_weights"].values():
            names = list(group.attrs["weight_names"])
            for name in names:
                group.move(name, f"{name}:0")
            if names:
                group.attrs["weight_names"] = np.array([f"{name}:0".encode() for name in names])


predictions = {}
os.makedirs(FOLDER, exist_ok=True)
for make in (sequential, residual, mobile, encoder, nested, modern):
    keras.utils.clear_session()
    model = filled(make())
    rows = rows_for(model)
    predicted = model.predict(rows, verbose=0)
    files = [f"{make.__name__}.keras"]
    model.save(os.path.join(FOLDER, files[0]))
    if make is modern:
        with h5py.File(os.path.join(FOLDER, "modern-weights.h5"), "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, model)
    if make in (residual, encoder, nested, modern):
        files.append(f"{make.__name__}.h5")
        model.save(os.path.join(FOLDER, files[1]))
    if make is residual:
        files.append("keras2.h5")
        model.save(os.path.join(FOLDER, files[2]))
        as_keras_2(os.path.join(FOLDER, files[2]))
        older = keras.models.load_model(os.path.join(FOLDER, files[2]))
        assert np.allclose(older.predict(rows, verbose=0), predicted, atol=1e-6), files[2]
    for file in files:
        predictions[file] = {
            "input": {"shape": list(rows.shape), "data": rows.ravel().tolist()},
            "output": {"shape": list(predicted.shape), "data": predicted.ravel().tolist()},
        }

keras.utils.clear_session()
filled(sequential()).save_weights(os.path.join(FOLDER, "only.weights.h5"))


def text_of(value):
    return json.dumps(value).replace('"input"', '\n  "input"').replace('"output"', '\n  "output"')


with open(os.path.join(FOLDER, "predictions.json"), "w", encoding="utf-8") as file:
    rounded = json.loads(json.dumps(predictions), parse_float=lambda text: float(f"{float(text):.8g}"))
    file.write("{\n" + ",\n".join(f'"{name}": {text_of(value)}' for name, value in rounded.items()) + "\n}\n")
