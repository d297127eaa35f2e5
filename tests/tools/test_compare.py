"""The comparison with other libraries tells a difference that it knows from one that it does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "compare.py"


def compare(*words: str | Path) -> tuple[int, str]:
    path = [str(ROOT), *filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, SCRIPT, *words],
        env={"PYTHONPATH": ":".join(path), "SRCGRAD_CACHE": "off", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What srcgrad gives, with the rows of the table left out."""
    path = tmp_path_factory.mktemp("notes") / "notes.json"
    assert compare("--write", path)[0] == 0
    found = json.loads(path.read_text())["srcgrad"]["found"]
    assert all(not isinstance(v, str) for k, v in found.items() if not k.startswith("kink: "))
    return {k: v for k, v in found.items() if not k.startswith("kink: ")}


def test_differences_need_a_cause(notes: dict[str, Any], tmp_path: Path) -> None:
    assert len([k for k in notes if not k.startswith("second: ")]) >= 60
    assert len([k for k in notes if k.startswith("second: ")]) >= 12
    peer = dict(notes)
    (z,) = peer["np.abs(z) ** 3"]
    peer["np.abs(z) ** 3"] = [{"re": z["re"], "im": [-v for v in z["im"]]}]
    lower = np.array(peer["np.linalg.cholesky(q)"][0])
    halves = (lower + lower.T) / 2
    peer["np.linalg.cholesky(q)"] = [halves.tolist()]
    peer["np.median(v[:5])"] = "NotImplementedError: VJP of median"
    path = tmp_path / "peer.json"

    def against(found: dict[str, Any]) -> tuple[int, str]:
        path.write_text(json.dumps({"autograd": {"version": "0", "found": found}}))
        return compare("--against", path)

    status, out = against(peer)
    assert status == 0, out
    assert "different: 2" in out and "conjugate" in out and "lower triangle" in out
    assert "raised by autograd: 1" in out and "without a cause: 0" in out
    peer["x @ x.T @ x"] = [(np.array(peer["x @ x.T @ x"][0]) * (1 + 1e-8)).tolist()]
    status, out = against(peer)
    assert status == 1 and "x @ x.T @ x: 1.0e-08\n      NO CAUSE KNOWN" in out
    peer = notes | {"kink: np.sqrt(x) at x = [0.0, 4.0]": [[0.0, 0.25]]}
    status, out = against(peer)
    assert status == 1 and "0 of 1 rows" in out
