"""Building, loading and calling of C: what is checked, what is kept, what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from slice_programs import F4, F8, M, N, build, gelu, needs_compiler, ratio, tanh_loss

from srcgrad.codegen import c
from srcgrad.errors import ArgumentError, CodegenError
from srcgrad.runtime import native


@needs_compiler
def test_arguments_are_checked():
    function = build(ratio(N, M))
    x = np.ones((2, 3))
    for bad, code in [
        ((x,), "SG302"),
        ((x, 1.0, 2.0), "SG307"),
        ((x.astype(F4), 1.0), "SG305"),
        ((x[0], 1.0), "SG305"),
        (([1.0], 1.0), "SG305"),
        ((x, "1"), "SG305"),
        ((x, True), "SG305"),
    ]:
        with pytest.raises(ArgumentError) as caught:
            function(*bad)
        assert caught.value.code == code
    with pytest.raises(ArgumentError, match="b has length 3 along axis 0, where 4 is needed"):
        build(tanh_loss())(np.ones((2, 4)), np.ones((2, 4)), np.ones(3), np.ones((2, 4)))


@needs_compiler
def test_library_is_built_once_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = c.emit(gelu(N), "gelu")
    folder = tmp_path / "new" / "folder"
    native.build(source, folder)
    (library,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    with monkeypatch.context() as patch:
        patch.setattr(native.subprocess, "run", lambda *a, **k: pytest.fail("compiled twice"))
        native.build(source, folder)
    other = tmp_path / "damaged"
    other.mkdir(mode=0o700)
    (other / library.name).write_bytes(b"not a library")
    assert native.build(source, other)(np.ones(2))[0].dtype == F8


def test_folder_that_others_can_write_is_not_used(tmp_path: Path):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(CodegenError, match="SG601"):
        native.build(c.emit(gelu(N), "gelu"), folder)


def test_missing_compiler_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CC", "no-such-compiler -m64")
    with pytest.raises(CodegenError, match=r"no-such-compiler.*SG506.*set CC"):
        native.build(c.emit(gelu(N), "gelu"), tmp_path)
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CodegenError, match="no C compiler is found"):
        native.build(c.emit(gelu(N), "gelu"), tmp_path)


@needs_compiler
def test_failing_compiler_shows_its_words(tmp_path: Path):
    source = c.emit(gelu(N), "gelu")
    broken = c.CSource("int f(;\n", "gelu", source.interface, source.arguments)
    with pytest.raises(CodegenError) as caught:
        native.build(broken, tmp_path)
    assert caught.value.code == "SG507" and "error" in caught.value.message
    assert list(tmp_path.iterdir()) == []
