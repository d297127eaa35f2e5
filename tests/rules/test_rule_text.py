"""The adjoint of every rule as NumPy text: it gives what the interpreter gives."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from rule_cases import CASES
from rule_programs import Built, Case

from srcgrad.codegen.python import Signature, emit
from srcgrad.ir.interpret import interpret
from srcgrad.ir.nodes import Program
from srcgrad.transform.reverse import reverse
from srcgrad.transform.simplify import simplify


def run_text(program: Program, names: list[str], values: list[Any]) -> Any:
    """Results of the program, from its text."""
    signature = Signature(tuple(names))
    emitted = emit(program, "df", signature, lambda xs: ast.Tuple(list(xs), ast.Load()))
    space: dict[str, Any] = {}
    exec(emitted.text, space)
    return space["df"](*values)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_text_of_the_adjoint_gives_what_the_interpreter_gives(case: Case) -> None:
    for via in case.spellings:
        for mode, weights in (("signature", "full"), ("signature", "none"), ("unknown", "part")):
            built = Built(case, via, mode, weights)
            for k, param in enumerate(built.params):
                param.name = f"x{k}"
            adjoint = simplify(reverse(built.program, built.wrt, rank_zero=built.rank_zero))
            found = run_text(adjoint, [p.name for p in built.params], built.values)
            for g, h in zip(found, interpret(adjoint, built.values), strict=True):
                np.testing.assert_allclose(g, h, rtol=1e-12, atol=1e-14)
                assert (np.shape(g), np.asarray(g).dtype) == (np.shape(h), np.asarray(h).dtype)
