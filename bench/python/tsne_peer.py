"""scikit-learn's TSNE as a contender: Barnes-Hut on all cores, started from the principal components, with its defaults of today."""

import os
import resource
import time

import sklearn
from sklearn.manifold import TSNE

from peer import Tensors, serve

problem = {}


def megabytes():
    """The most that this process has held."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except FileNotFoundError:
        # No Linux, so macOS, in bytes. (On Linux this begins with what the parent process held.)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def prepare(file, index):
    problem.update(x=Tensors(file, index)["features"], before=megabytes())


def one_round():
    model = TSNE(
        init="pca", learning_rate="auto", perplexity=30, random_state=0, n_jobs=int(os.environ["BENCH_THREADS"])
    )
    before = time.perf_counter()
    drawn = model.fit_transform(problem["x"])
    seconds = time.perf_counter() - before
    return {"seconds": seconds, "megabytes": megabytes() - problem["before"], "map": drawn.ravel().tolist()}


serve(
    {
        "prepare": prepare,
        "round": one_round,
        "version": lambda: {"version": f"scikit-learn {sklearn.__version__}"},
    }
)
