"""PyTorch as a contender: the layer graphs of the benchmark as modules, with the same weights."""

import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from peer import Tensors, serve

torch.set_num_threads(int(os.environ["BENCH_THREADS"]))

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


jobs = {}


LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


class Inference:
    def __init__(self, tensors, graph, batch):
        self.batch = batch
        self.network = Network(graph, tensors, exact=False).eval()
        x = torch.from_numpy(tensors["input"]).permute(0, 3, 1, 2)
        self.inputs = {"contiguous": x.contiguous(), "channels_last": x.contiguous(memory_format=torch.channels_last)}
        with torch.inference_mode():
            self.sample = Network(graph, tensors, exact=True).eval()(self.inputs["contiguous"][:1])
        self.layout = fastest({name: lambda name=name: self.run(name, 2) for name in self.inputs})

    def run(self, layout, repeats):
        self.network.to(memory_format=LAYOUTS[layout])
        with torch.inference_mode():
            for _ in range(repeats):
                self.network(self.inputs[layout][: self.batch])

    def round(self, repeats):
        return timed(lambda: self.run(self.layout, repeats)) / repeats


class Training:
    """The usual way: every step computes all layers, also the frozen ones."""

    def __init__(self, tensors, graph, trainable, batch, rate, ways=tuple(LAYOUTS), exact=False):
        self.ways = ways
        self.network = Network(graph, tensors, exact).train_only(trainable)
        self.x = torch.from_numpy(tensors["features"])
        self.y = torch.from_numpy(tensors["labels"]).long()
        self.batch, self.layout = batch, torch.contiguous_format
        own = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.Adam(own, lr=rate, eps=1e-7)

    def ready(self):
        if self.x.dim() == 4:
            self.use(fastest({name: lambda name=name: self.probe(name) for name in self.ways}))
        return self

    def use(self, layout):
        self.layout = LAYOUTS[layout]
        self.network.to(memory_format=self.layout)

    def probe(self, layout):
        self.use(layout)
        self.step(torch.arange(self.batch))

    def prepared(self, rows):
        x = self.x[rows]
        if x.dtype == torch.uint8:
            x = x.float() / 255
        return x.permute(0, 3, 1, 2).contiguous(memory_format=self.layout) if x.dim() == 4 else x

    def step(self, rows):
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.network(self.prepared(rows)), self.y[rows])
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def round(self, repeats):
        def epochs():
            for _ in range(repeats):
                for rows in torch.randperm(len(self.x)).split(self.batch):
                    self.step(rows)

        return timed(epochs) / repeats


def fastest(ways):
    """Each way once to warm up, then the quicker of two runs of each counts."""
    for way in ways.values():
        way()
    return min(ways, key=lambda name: min(timed(ways[name]) for _ in range(2)))


def timed(work):
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def infer(job, file, index, graph, batch):
    jobs[job] = Inference(Tensors(file, index), graph, batch)
    return {"sample": jobs[job].sample.flatten().tolist(), "how": jobs[job].layout}


def train(job, file, index, **options):
    jobs[job] = Training(Tensors(file, index), **options).ready()
    return {"how": next(name for name, layout in LAYOUTS.items() if layout == jobs[job].layout)}


def losses(file, index, steps, **options):
    """Of the first steps, all on the first batch: they show whether two sides train the same thing."""
    training = Training(Tensors(file, index), exact=True, **options)
    rows = torch.arange(options["batch"])
    return {"losses": [training.step(rows) for _ in range(steps)]}


serve(
    {
        "infer": infer,
        "train": train,
        "losses": losses,
        "round": lambda job, repeats: {"seconds": jobs[job].round(repeats)},
        "drop": lambda job: jobs.pop(job, None) and None,
        "version": lambda: {"version": f"PyTorch {torch.__version__.split('+')[0]}"},
    }
)
