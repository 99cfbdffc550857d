"""
Small image models with random weights, written as ONNX by PyTorch's own exporters, with the logits that PyTorch computes: what the ONNX reader is
held against. Run with Python 3.11, torch, onnx and onnxscript:

    python3 -m venv node_modules/.cache/onnx-venv && node_modules/.cache/onnx-venv/bin/pip install torch onnx onnxscript
    node_modules/.cache/onnx-venv/bin/python scripts/recordOnnxModels.py
"""

import json
from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from torch import nn

FOLDER = Path(__file__).parent.parent / "src/lab/backbone/operators/__goldens__"


class Residual(nn.Module):
    """Convolutions with batch norm, a padded pooling, a residual block, a depthwise block, maps that are flattened channels first."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.block1 = nn.Conv2d(8, 8, 3, padding=1)
        self.block2 = nn.Conv2d(8, 8, 3, padding=1)
        self.depthwise = nn.Conv2d(8, 16, 3, stride=2, padding=1, groups=8)
        self.pointwise = nn.Conv2d(16, 6, 1)
        self.hidden = nn.Linear(6 * 2 * 3, 10)
        self.head = nn.Linear(10, 4)

    def forward(self, x):
        x = self.pool(F.relu(self.norm(self.stem(x))))
        x = F.relu(x + self.block2(F.relu(self.block1(x))))
        x = F.relu6(self.depthwise(x))
        x = F.leaky_relu(self.pointwise(x), 0.1)
        x = x.view(x.size(0), -1)
        return self.head(F.relu(self.hidden(x)))


class Gated(nn.Module):
    """A normalisation at the head, squeeze-and-excitation, branches that are joined, pooled features."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.squeeze = nn.Conv2d(8, 4, 1)
        self.excite = nn.Conv2d(4, 8, 1)
        self.left = nn.Conv2d(8, 4, 1)
        self.right = nn.Conv2d(8, 4, 3, padding=1)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = (x - self.mean) / self.std
        x = F.silu(self.stem(x))
        gate = torch.sigmoid(self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(x, 1)))))
        x = F.avg_pool2d(x * gate, 2)
        x = torch.cat([self.left(x), torch.tanh(self.right(x))], dim=1)
        return self.head(x.mean(dim=(2, 3)))


class Unknown(nn.Module):
    """Operators that none of our layers is, in a residual branch at the beginning; known ones behind it; an unknown one at the end."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.mix = nn.Conv2d(8, 8, 3, padding=1)
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = self.stem(x)
        high = F.interpolate(F.mish(self.mix(x)), scale_factor=2.0, mode="bilinear")
        x = F.relu(self.conv(x) + F.max_pool2d(F.relu(high), 2))
        return torch.argsort(self.head(x.mean(dim=(2, 3))), dim=1)


class Reshaped(Unknown):
    """Channels are shuffled, as ShuffleNet does: reshaped to five axes."""

    def forward(self, x):
        x = self.stem(x)
        x = x.view(x.size(0), 2, 4, x.size(2), x.size(3)).transpose(1, 2).reshape(x.shape)
        return self.head(F.relu(self.conv(x)).mean(dim=(2, 3)))


class Everything(Unknown):
    """The same, unknown up to its end."""

    def forward(self, x):
        return F.mish(self.head(F.mish(self.stem(x)).mean(dim=(2, 3))))


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        if name in ("mean", "std") or not tensor.is_floating_point():
            continue
        fan_in = tensor[0].numel() if tensor.dim() > 1 else 1
        values = torch.randn(tensor.shape, generator=generator) / fan_in**0.5
        tensor.copy_(values.abs() + 0.5 if "running_var" in name else values * 0.5 if tensor.dim() == 1 else values)
    return model.eval()


def record(name, model, image, **options):
    file = FOLDER / f"{name}.onnx"
    torch.onnx.export(model, (image,), str(file), input_names=["images"], output_names=["logits"], **options)
    onnx.save(onnx.load(file), file)
    file.with_suffix(".onnx.data").unlink(missing_ok=True)
    print(name, file.stat().st_size, "bytes,", sorted({node.op_type for node in onnx.load(file).graph.node}))
    with torch.no_grad():
        return model(image).flatten().tolist()


def main():
    FOLDER.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, 16, 20, generator=generator)
    dynamic = {"images": {0: "batch"}, "logits": {0: "batch"}}
    residual, gated, unknown = randomise(Residual(), 1), randomise(Gated(), 2), randomise(Unknown(), 3)
    everything = Everything().eval()
    everything.load_state_dict(unknown.state_dict())
    reshaped = Reshaped().eval()
    reshaped.load_state_dict(unknown.state_dict())
    script = {"dynamo": False, "opset_version": 17, "dynamic_axes": dynamic}
    logits = {
        "residual": record("residual", residual, image, **script),
        "residual-batch-1": record("residual-batch-1", residual, image, dynamo=False, opset_version=13),
        "residual-dynamo": record("residual-dynamo", residual, image, dynamo=True, external_data=False),
        "gated": record("gated", gated, image, **script),
        "unknown": record("unknown", unknown, image, **script),
        "unknown-batch-1": record("unknown-batch-1", unknown, image, dynamo=False, opset_version=17),
        "reshaped-batch-1": record("reshaped-batch-1", reshaped, image, dynamo=False, opset_version=17),
        "everything": record("everything", everything, image, **script),
    }
    recorded = {"torch": torch.__version__, "image": image.permute(0, 2, 3, 1).flatten().tolist(), "logits": logits}
    (FOLDER / "onnxModels.json").write_text(json.dumps(recorded) + "\n")


main()
