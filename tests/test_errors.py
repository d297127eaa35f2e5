"""Errors carry a known code, point at the source and survive pickling."""

from __future__ import annotations

import pickle
import traceback

import pytest

from srcgrad import errors
from srcgrad.errors import CODES, FrontendError, KindError, MissingRuleError, Span, SrcgradError

SPAN = Span("model.py", 7, 8, 7, 16)
TEXT = "    y = np.foo(x)\n"
FRONTEND = [
    errors.FrontendError,
    errors.UnsupportedSyntaxError,
    errors.UnsupportedError,
    errors.MissingRuleError,
    errors.KindError,
]
PLAIN = [
    (errors.ArgumentError, TypeError),
    (errors.SourceError, OSError),
    (errors.CodegenError, RuntimeError),
    (errors.RegistrationError, ValueError),
    (errors.PathError, RuntimeError),
]


def test_codes_are_well_formed():
    assert all(
        code.startswith("SG") and code[2:].isdigit() and title for code, title in CODES.items()
    )
    assert list(CODES) == sorted(CODES)
    assert len(set(CODES.values())) == len(CODES)


def test_span_counts_columns_from_one_in_text():
    assert str(SPAN) == "model.py:7:9"


@pytest.mark.parametrize("kind", FRONTEND)
def test_frontend_error_sets_the_fields_of_syntax_error(kind: type[FrontendError]):
    error = kind("SG215", "no such operand", SPAN, "use another", TEXT)
    assert isinstance(error, SyntaxError) and isinstance(error, SrcgradError)
    assert error.code == "SG215"
    assert error.msg == "no such operand [SG215]; use another"
    assert (error.filename, error.lineno, error.offset) == ("model.py", 7, 9)
    assert (error.end_lineno, error.end_offset, error.text) == (7, 17, TEXT)


def test_frontend_error_text_has_place_caret_and_remedy():
    error = KindError("SG215", "no such operand", SPAN, "use another", TEXT)
    assert str(error) == (
        "model.py:7:9: no such operand [SG215]\n"
        "    y = np.foo(x)\n"
        "        ^^^^^^^^\n"
        "  remedy: use another"
    )


def test_python_draws_the_caret_in_a_traceback():
    error = KindError("SG215", "no such operand", SPAN, "use another", TEXT)
    drawn = "".join(traceback.format_exception_only(error))
    assert '  File "model.py", line 7\n    y = np.foo(x)\n        ^^^^^^^^\n' in drawn
    assert "[SG215]; use another" in drawn


def test_caret_stops_at_the_end_of_the_first_line():
    span = Span("model.py", 1, 0, 3, 4)
    error = KindError("SG215", "bad", span, "", "with a:\n")
    assert str(error).splitlines()[1:] == ["    with a:", "    ^^^^^^^"]


def test_frontend_error_reads_the_line_itself():
    import linecache

    linecache.cache["errors_case.py"] = (6, None, ["y = 1\n"], "errors_case.py")
    error = KindError("SG215", "bad", Span("errors_case.py", 1, 4, 1, 5))
    assert error.text == "y = 1\n"


def test_frontend_error_without_a_place():
    assert str(KindError("SG215", "bad", None, "do")) == "bad [SG215]\n  remedy: do"


def test_missing_rule_names_the_function():
    error = MissingRuleError.of("numpy.foo", SPAN, TEXT)
    assert error.code == "SG201" and "numpy.foo" in str(error) and error.remedy


@pytest.mark.parametrize(("kind", "builtin"), PLAIN)
def test_plain_error_is_the_closest_builtin(kind: type[SrcgradError], builtin: type[Exception]):
    error = kind("SG303", "argnums is 7", "give a position below 2")
    assert isinstance(error, builtin) and isinstance(error, SrcgradError)
    assert str(error) == "argnums is 7 [SG303]; give a position below 2"


@pytest.mark.parametrize("kind", [*FRONTEND, *(kind for kind, _ in PLAIN), errors.CacheWarning])
def test_unknown_code_is_a_fault(kind: type):
    arguments = ("SG999", "m", None) if kind in FRONTEND else ("SG999", "m")
    with pytest.raises(ValueError, match="SG999"):
        kind(*arguments)


@pytest.mark.parametrize(
    "error",
    [
        KindError("SG215", "bad", SPAN, "do", TEXT),
        KindError("SG215", "bad", None),
        errors.SourceError("SG401", "none", "do"),
        errors.CacheWarning("SG601", "unused", "do"),
    ],
)
def test_errors_pickle(error: FrontendError):
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error) and str(twin) == str(error) and twin.code == error.code


def test_cache_warning_is_a_user_warning():
    assert issubclass(errors.CacheWarning, UserWarning)
