"""Imports and runs the modules of a folder; prints gradients, and what had to be derived.

python edit_runner.py FOLDER
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("error")


def flat(value: object) -> list[float]:
    if isinstance(value, (list, tuple)):
        return [x for part in value for x in flat(part)]
    return [float(x) for x in np.ravel(value)]


def main(folder: str) -> None:
    import srcgrad.transform.pipeline as pipeline

    derivations = [0]
    reverse = pipeline.reverse

    def counted(*args: object, **kwargs: object) -> object:
        derivations[0] += 1
        return reverse(*args, **kwargs)

    pipeline.reverse = counted
    sys.path.insert(0, folder)
    results = {}
    for path in sorted(Path(folder).glob("model_*.py")):
        before = derivations[0]
        try:
            result = importlib.import_module(path.stem).run()
            again = importlib.import_module(path.stem).run()
            assert flat(result) == flat(again)
            results[path.stem[6:]] = [flat(result), derivations[0] - before]
        except Exception as error:
            results[path.stem[6:]] = [f"{type(error).__name__}: {error}", 0]
    print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1])
