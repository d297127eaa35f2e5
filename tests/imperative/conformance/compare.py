"""Asks srcgrad every check and compares with MXNet's answers.

`python -m tests.imperative.conformance.compare [words]` prints a table of all topics, or of the
checks whose name or topic contains one of the words, and what is wrong. It exits with 1 then.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from dataclasses import dataclass

from tests.imperative.conformance import harness
from tests.imperative.conformance.harness import Check, World

RTOL = 1e-5
ATOL = 1e-6

AGREES = "agrees"
DIFFERS = "differs on purpose"
WRONG = "WRONG"

# A text in quotes is compared exactly; outside of them, a number to a tolerance.
_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*'
    | "(?:[^"\\]|\\.)*"
    | (?<![\w.]) [-+]? (?:\d+\.?\d*(?:e[-+]?\d+)?|inf|nan) (?![\w.])""",
    re.VERBOSE,
)


@dataclass
class Verdict:
    """What became of a check.

    Attributes:
        check: The check.
        result: `AGREES`, `DIFFERS` or `WRONG`.
        reason: What is wrong, with all lines, or empty.
    """

    check: Check
    result: str
    reason: str = ""


def srcgrad_world() -> World:
    """srcgrad, as checks see it.

    Raises:
        ImportError: It has no imperative API.
    """
    import srcgrad
    from srcgrad import autograd, cpu, gpu, nd, np, npx

    parts = {"autograd": autograd, "nd": nd, "np": np, "npx": npx, "cpu": cpu, "gpu": gpu}
    return World({"mx": srcgrad, **parts})


def read_answers() -> dict[str, list[str]]:
    """What MXNet showed, for each check."""
    answers: dict[str, list[str]] = json.loads(harness.ANSWERS.read_text(encoding="utf-8"))
    return answers


def same_lines(actual: list[str], wanted: list[str]) -> bool:
    """Whether all lines agree."""
    return len(actual) == len(wanted) and all(map(same_line, actual, wanted))


def same_line(actual: str, wanted: str) -> bool:
    """Whether a line agrees: numbers to a tolerance, errors by their classes, the rest exactly."""
    if wanted.startswith("error: ") and actual.startswith("error: "):
        # Whoever catches the wanted error catches the actual one: see `harness.describe`.
        return set(wanted.split()) <= set(actual.split())
    if _TOKEN.split(actual) != _TOKEN.split(wanted):
        return False
    return all(map(_same_token, _TOKEN.findall(actual), _TOKEN.findall(wanted)))


def _same_token(actual: str, wanted: str) -> bool:
    if actual == wanted:
        return True
    if actual[0] in "'\"" or wanted[0] in "'\"":
        return False
    one, other = float(actual), float(wanted)
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= ATOL + RTOL * abs(other)


def judge(check: Check, world: World, answer: list[str]) -> Verdict:
    """Runs a check in srcgrad and holds it against MXNet's answer."""
    outcome = harness.run(check, world)
    agrees = same_lines(outcome.lines, answer)
    if check.differs is None and agrees:
        return Verdict(check, AGREES)
    if check.differs is not None:
        if agrees:
            return Verdict(check, WRONG, "marked as a difference, but there is none")
        if same_lines(outcome.lines, check.expected):
            return Verdict(check, DIFFERS)
    parts = [f"{check.path.name}:{check.line}", check.code.rstrip()]
    parts += _listed("srcgrad", outcome.lines) + _listed("MXNet", answer)
    if check.differs is not None:
        parts += _listed("wanted of srcgrad", check.expected)
    if outcome.failure:
        parts.append(outcome.failure)
    return Verdict(check, WRONG, "\n".join(parts))


def _listed(title: str, lines: list[str]) -> list[str]:
    return [title + ":", *("    " + line for line in lines)]


def report(verdicts: list[Verdict]) -> str:
    """The table of topics, and below it the checks that are wrong and the purposeful differences."""
    results = (AGREES, DIFFERS, WRONG)
    rows = []
    for topic in sorted({verdict.check.topic for verdict in verdicts}):
        counts = Counter(verdict.result for verdict in verdicts if verdict.check.topic == topic)
        rows.append((topic, counts))
    rows.append(("all", Counter(verdict.result for verdict in verdicts)))
    width = max(len(topic) for topic, _ in rows)
    lines = ["  ".join([" " * width, *results])]
    for topic, counts in rows:
        cells = [str(counts[result]).rjust(len(result)) for result in results]
        lines.append("  ".join([topic.ljust(width), *cells]))
    reasons = Counter(verdict.check.differs for verdict in verdicts if verdict.result == DIFFERS)
    lines += [f"differs {number} times: {reason}" for reason, number in reasons.most_common()]
    for verdict in verdicts:
        if verdict.result == WRONG:
            lines.append(f"\nWRONG: {verdict.check.topic}, {verdict.check.name}\n{verdict.reason}")
    return "\n".join(lines)


def main(words: list[str]) -> int:
    """Prints the report on the checks that contain one of the words, or on all."""
    world = srcgrad_world()
    answers = read_answers()
    checks = [
        check
        for check in harness.read_checks()
        if not words or any(word in f"{check.topic} {check.name}" for word in words)
    ]
    verdicts = [judge(check, world, answers[check.name]) for check in checks]
    print(report(verdicts))
    return any(verdict.result == WRONG for verdict in verdicts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
