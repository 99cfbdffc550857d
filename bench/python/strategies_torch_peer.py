"""PyTorch as a contender of `bench -- strategies`: the recipes that Graft trained by, from the same weights on the same examples."""

import math
import os

import torch
import torch.nn.functional as F

from peer import Tensors, serve
from strategies_plan import at_once, check
from torch_network import LAYOUTS, Network, fastest, timed

tests = {}


class Trainee:
    """A network with the examples it learns from. `exact`: padding as in the graph, so that it computes what Graft computes."""

    def __init__(self, file, index, graph, featureLayer, preprocessing, layout, most=None):
        self.tensors = Tensors(file, index)
        self.network = Network(graph, self.tensors, exact=True).eval().to(memory_format=LAYOUTS[layout])
        self.names = [name for name, _ in self.network.inputs]
        self.head = self.network.layers[graph["output"]]
        self.feature_layer, self.preprocessing, self.layout = featureLayer, preprocessing, LAYOUTS[layout]
        self.images = self.tensors["images"][:most]
        self.y = torch.from_numpy(self.tensors["labels"][:most]).long()

    def pixels(self, bytes):
        x = torch.from_numpy(bytes).float() * self.preprocessing["scale"] + self.preprocessing["offset"]
        return x.permute(0, 3, 1, 2).contiguous(memory_format=self.layout)

    def compute(self, x, start, end):
        """The value of layer `end`, from `x`, which is that of layer `start`."""
        first = self.names.index(start) + 1 if start in self.names else 0
        values = {start: x}
        for name, inputs in self.network.inputs[first : self.names.index(end) + 1]:
            values[name] = self.network.layers[name](*(values[source] for source in inputs))
        return values[end]

    def frozen(self, x, start, end):
        with torch.no_grad():
            return torch.cat([self.compute(part, start, end) for part in x.split(at_once(self.images))])

    def accuracy(self, test):
        self.network.eval()
        right, size = 0, at_once(test["images"])
        with torch.inference_mode():
            for rows in range(0, len(test["labels"]), size):
                logits = self.network(self.pixels(test["images"][rows : rows + size]))
                right += (logits.argmax(1).numpy() == test["labels"][rows : rows + size]).sum().item()
        return right / len(test["labels"])

    def solve_head(self, features, l2):
        """Multinomial logistic regression on centred features of one scale; mean cross-entropy + l2 / 2 · ‖kernel‖²."""
        mean = features.mean(0)
        scale = (features - mean).square().mean().sqrt()
        x = (features - mean) / scale
        kernel = torch.zeros(self.head.map.weight.shape, requires_grad=True)
        bias = torch.zeros(len(kernel), requires_grad=True)
        solver = torch.optim.LBFGS(
            [kernel, bias], max_iter=500, tolerance_grad=1e-6, tolerance_change=1e-9, line_search_fn="strong_wolfe"
        )

        def objective():
            solver.zero_grad()
            loss = F.cross_entropy(F.linear(x, kernel, bias), self.y) + l2 / 2 * kernel.square().sum()
            loss.backward()
            return loss

        solver.step(objective)
        with torch.no_grad():
            self.head.map.weight.copy_(kernel / scale)
            self.head.map.bias.copy_(bias - kernel @ mean / scale)

    def descend(self, x, start, plan):
        """`x`: values of layer `start`, from which each step computes the rest."""
        torch.manual_seed(plan["seed"])
        self.network.train_only(plan["layers"])
        own = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        rate, batch = plan["optimizer"]["learningRate"], plan["batchSize"]
        optimizer = torch.optim.Adam(own, lr=rate, eps=1e-7)
        steps, done = plan["epochs"] * math.ceil(len(x) / batch), 0
        for _ in range(plan["epochs"]):
            for rows in torch.randperm(len(x)).split(batch):
                if plan["schedule"] == "cosine":
                    optimizer.param_groups[0]["lr"] = rate * (1 + math.cos(math.pi * done / steps)) / 2
                optimizer.zero_grad()
                F.cross_entropy(self.compute(x[rows], start, self.names[-1]), self.y[rows]).backward()
                optimizer.step()
                done += 1

    def learn(self, l2, plan, boundary):
        """`boundary`: the layer whose values are kept, or None for the usual way, in which each step computes all layers."""
        pixels, start = self.pixels(self.images), self.network.graph["input"]["name"]
        kept, at = (pixels, start) if boundary is None else (self.frozen(pixels, start, boundary), boundary)
        if l2 is not None:
            features = kept if at == self.feature_layer else self.frozen(kept, at, self.feature_layer)
            self.solve_head(features, l2)
        if plan is not None:
            self.descend(kept, at, plan)


def train(test, l2, plan, boundary, way, **options):
    if plan is not None:
        check(plan)
    layout = use(way)
    trainee = Trainee(layout=layout, **options)
    seconds = timed(lambda: trainee.learn(l2, plan, boundary))
    return {"seconds": seconds, "accuracy": trainee.accuracy(tests[test])}


def use(way):
    """A way is a memory layout with a number of threads: on small networks one may be quicker than all. Answers with the layout."""
    layout, threads = way.split(", ")
    torch.set_num_threads(int(threads))
    return layout


def quickest_way(l2, plan, boundary, **options):
    """Found by one epoch of this recipe on a few of its examples."""
    short = plan and {**plan, "epochs": 1}

    def work(way):
        return lambda: Trainee(layout=use(way), most=32, **options).learn(l2, short, boundary)

    threads = sorted({"1", os.environ["BENCH_THREADS"]})
    return {"way": fastest({way: work(way) for way in (f"{layout}, {count}" for layout in LAYOUTS for count in threads)})}


def remember_test(test, file, index):
    tensors = Tensors(file, index)
    tests[test] = {"images": tensors["images"], "labels": tensors["labels"]}


serve(
    {
        "test": remember_test,
        "way": quickest_way,
        "train": train,
        "version": lambda: {"version": f"PyTorch {torch.__version__.split('+')[0]}"},
    }
)
