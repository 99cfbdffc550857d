"""Layer graphs of the benchmark as PyTorch modules, with the same weights, and what its peers measure with."""

import os
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(int(os.environ["BENCH_THREADS"]))

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
ACTIVATIONS = {"linear": lambda x: x, "relu": torch.relu, "relu6": F.relu6, "gelu": F.gelu}


class Convolution(nn.Module):
    """`Conv2D` or `DepthwiseConv2D`. `merged`: zero padding before it that it does itself, on all sides, as torchvision's models do."""

    def __init__(self, layer, kernel, bias, merged):
        super().__init__()
        depthwise = layer["type"] == "DepthwiseConv2D"
        self.weight = nn.Parameter(kernel.permute((2, 3, 0, 1) if depthwise else (3, 2, 0, 1)).contiguous())
        self.bias = None if bias is None else nn.Parameter(bias)
        same = layer["padding"] == "same"
        assert not same or list(layer["strides"]) == [1, 1]
        padding = [side // 2 for side in layer["kernelSize"]] if same or merged else 0
        groups = kernel.shape[2] if depthwise else 1
        self.options = dict(stride=tuple(layer["strides"]), padding=padding, groups=groups)
        self.activation = ACTIVATIONS[layer["activation"]]

    def forward(self, x):
        return self.activation(F.conv2d(x, self.weight, self.bias, **self.options))


class Attention(nn.Module):
    """As `nn.MultiheadAttention` computes it: one product for query, key and value, then the fused attention."""

    def __init__(self, layer, weights):
        super().__init__()
        self.heads = layer["heads"]
        width = self.heads * layer["keyDim"]
        kernels = [weights[f"{name}_kernel"].reshape(-1, width).T for name in ("query", "key", "value")]
        biases = [weights[f"{name}_bias"].reshape(width) for name in ("query", "key", "value")]
        self.project = linear(torch.cat(kernels), torch.cat(biases))
        self.output = linear(weights["output_kernel"].reshape(width, -1).T, weights["output_bias"])

    def forward(self, x):
        batch, steps, _ = x.shape
        q, k, v = self.project(x).view(batch, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.output(mixed.transpose(1, 2).reshape(batch, steps, -1))


def linear(weight, bias):
    module = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    module.weight = nn.Parameter(weight.contiguous())
    if bias is not None:
        module.bias = nn.Parameter(bias.clone())
    return module


class Dense(nn.Module):
    def __init__(self, layer, kernel, bias):
        super().__init__()
        self.map = linear(kernel.T, bias)
        self.activation = ACTIVATIONS[layer["activation"]]

    def forward(self, x):
        return self.activation(self.map(x))


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def module_of(layer, weights, merged):
    kind = layer["type"]
    if kind == "Conv2D":
        return Convolution(layer, weights["kernel"], weights.get("bias"), merged)
    if kind == "DepthwiseConv2D":
        return Convolution(layer, weights["depthwise_kernel"], weights.get("bias"), merged)
    if kind == "Dense":
        return Dense(layer, weights["kernel"], weights.get("bias"))
    if kind == "BatchNormalization":
        norm = nn.BatchNorm2d(len(weights["gamma"]), eps=layer["epsilon"], momentum=1 - layer["momentum"])
        norm.weight.data, norm.bias.data = weights["gamma"], weights["beta"]
        norm.running_mean, norm.running_var = weights["moving_mean"], weights["moving_variance"]
        return norm
    if kind == "LayerNormalization":
        norm = nn.LayerNorm(len(weights["gamma"]), eps=layer["epsilon"])
        norm.weight.data, norm.bias.data = weights["gamma"], weights["beta"]
        return norm
    if kind == "MultiHeadAttention":
        return Attention(layer, weights)
    if kind == "ZeroPadding2D":
        (top, bottom), (left, right) = layer["padding"]
        return Function(lambda x: F.pad(x, (left, right, top, bottom)))
    if kind == "Activation":
        return Function(ACTIVATIONS[layer["activation"]])
    if kind == "Add":
        return Function(lambda x, y: x + y)
    if kind in ("MaxPooling2D", "AveragePooling2D"):
        pool = F.max_pool2d if kind == "MaxPooling2D" else F.avg_pool2d
        return Function(lambda x: pool(x, tuple(layer["poolSize"]), tuple(layer["strides"])))
    if kind == "GlobalAveragePooling2D":
        return Function(lambda x: x.mean((2, 3)))
    if kind == "GlobalAveragePooling1D":
        return Function(lambda x: x.mean(1))
    if kind == "Flatten":
        # Rows, columns, channels: the order of the weights behind it.
        return Function(lambda x: x.permute(0, 2, 3, 1).flatten(1) if x.dim() == 4 else x.flatten(1))
    raise ValueError(f"no module for a layer of kind {kind}")


class Network(nn.Module):
    def __init__(self, graph, tensors, exact):
        super().__init__()
        self.graph = graph
        self.layers = nn.ModuleDict()
        self.inputs = []
        merged_into = {}
        for layer in graph["layers"]:
            name, inputs = layer["name"], [merged_into.get(source, source) for source in layer["inputs"]]
            if layer["type"] == "ZeroPadding2D" and not exact:
                merged_into[name] = inputs[0]
                continue
            own = {
                key.rsplit("/", 1)[1]: torch.from_numpy(tensors[key])
                for key in graph["weights"].get(name, [])
            }
            self.layers[name] = module_of(layer, own, merged=inputs != list(layer["inputs"]))
            self.inputs.append((name, inputs))

    def forward(self, x):
        values = {self.graph["input"]["name"]: x}
        for name, inputs in self.inputs:
            values[name] = self.layers[name](*(values[source] for source in inputs))
        return values[self.graph["output"]]

    def train_only(self, trainable):
        """Frozen layers keep their weights, and their batch norm its statistics."""
        for name, module in self.layers.items():
            module.train(name in trainable)
            module.requires_grad_(name in trainable)
        return self


def fastest(ways):
    """Each way once to warm up, then the quicker of two runs of each counts."""
    for way in ways.values():
        way()
    return min(ways, key=lambda name: min(timed(ways[name]) for _ in range(2)))


def timed(work):
    before = time.perf_counter()
    work()
    return time.perf_counter() - before
