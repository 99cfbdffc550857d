"""PyTorch as a contender of `bench -- engine`."""

import torch
import torch.nn.functional as F

from peer import Tensors, serve
from torch_network import LAYOUTS, Network, fastest, timed

jobs = {}


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
