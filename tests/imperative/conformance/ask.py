"""Asks MXNet 1.9.1 every check and writes `answers.json`.

MXNet is a reference for development and never a dependency. It installs into an environment of
its own, with Python 3.8 to 3.11, and runs this file from there::

    python3.11 -m venv mxnet-env
    mxnet-env/bin/pip install 'numpy<1.24' mxnet==1.9.1
    MXNET_MKLDNN_ENABLED=0 mxnet-env/bin/python tests/imperative/conformance/ask.py

Without the variable, oneDNN computes a wrong gradient of max-pooling on reshaped input.
Checks that stop early in MXNet are listed: most often a check is at fault then.
"""

from __future__ import annotations

import json
import os
import sys

os.environ["MXNET_MKLDNN_ENABLED"] = "0"

import harness  # this file is run as a script, and its folder is on the path
import mxnet as mx


def mxnet_world() -> harness.World:
    """MXNet, as checks see it."""
    parts = ("autograd", "nd", "np", "npx", "cpu", "gpu")
    return harness.World({"mx": mx, **{name: getattr(mx, name) for name in parts}})


def main() -> int:
    """Writes the answers; returns 1 if a check stopped early."""
    if mx.__version__ != "1.9.1":
        raise SystemExit(f"these are answers of MXNet 1.9.1, and this is {mx.__version__}")
    world = mxnet_world()
    stopped = []
    answers = {}
    for check in harness.read_checks():
        outcome = harness.run(check, world)
        answers[check.name] = outcome.lines
        if outcome.failure:
            stopped.append(check.name)
            print(f"{check.topic}, {check.name}\n{outcome.failure}", file=sys.stderr)
    text = json.dumps(answers, indent=1, ensure_ascii=False) + "\n"
    harness.ANSWERS.write_text(text, encoding="utf-8")
    print(f"{len(answers)} checks asked, {len(stopped)} stopped early")
    return bool(stopped)


if __name__ == "__main__":
    sys.exit(main())
