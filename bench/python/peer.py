"""What the peers share: the conversation with the benchmark (one JSON object a line) and the tensors it leaves in files.

A peer process stays alive and answers rounds, so that rounds of several contenders can be interleaved and imports do not count.
"""

import json
import sys

import numpy as np


class Tensors:
    """Arrays of a file that `tensorFile.ts` wrote: `index` has shape, type and offset of each by name."""

    def __init__(self, path, index):
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self._index = index

    def __getitem__(self, name):
        entry = self._index[name]
        kind = np.dtype(entry["type"])
        length = int(np.prod(entry["shape"])) * kind.itemsize
        start = entry["offset"]
        return np.array(self._bytes[start : start + length]).view(kind).reshape(entry["shape"])

    def __contains__(self, name):
        return name in self._index


def serve(handlers):
    """Answers `{"do": NAME, …}` with what `handlers[NAME]` returns; an exception goes back as `{"error": …}`."""
    # Whatever a library prints must not get into the conversation.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = handlers[request.pop("do")](**request)
        except Exception as error:  # noqa: BLE001
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer or {}), file=answers, flush=True)
