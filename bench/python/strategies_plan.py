"""What the peers of `bench -- strategies` share, whatever they compute with."""


def at_once(images):
    """How many images cross the network together when nothing trains: 256 small ones, 33 of 224 x 224."""
    return max(16, min(256, 5_000_000 // images[0].size))


def check(plan):
    """Whatever of a plan the peers do not do must not be in it."""
    known = {"layers", "epochs", "batchSize", "optimizer", "schedule", "loss", "seed"}
    optimizer = plan["optimizer"]
    plain = optimizer["name"] == "adam" and not optimizer["weightDecay"] and set(optimizer) <= {
        "name", "learningRate", "weightDecay"
    }
    loss = plan["loss"] == {"name": "softmaxCrossEntropy", "labelSmoothing": 0}
    if not (set(plan) <= known and plain and loss and plan["schedule"] in ("constant", "cosine")):
        raise ValueError(f"no such recipe here: {plan}")
