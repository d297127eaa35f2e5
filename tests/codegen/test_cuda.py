"""The CUDA target: text, what NVIDIA's compilers make of it, and its execution as C++ on the CPU.

No GPU is needed. The executor runs one block after the other, each thread of a block as a thread of the
system: it shows that indexing, sums and launches are right, and nothing about the hardware.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from slice_programs import CASES, Hand, M, N, array, gelu, logistic, oracle

from srcgrad.codegen import cuda
from srcgrad.errors import CodegenError
from srcgrad.ir.types import Array
from srcgrad.runtime import native, nvrtc

GOLDEN = Path(__file__).parent / "golden"
needs_nvrtc = pytest.mark.skipif(
    nvrtc.library_path() is None, reason="NVRTC is not installed (nvidia-cuda-nvrtc-cu12)"
)
needs_nvcc = pytest.mark.skipif(nvrtc.nvcc_path() is None, reason="nvcc is not on PATH")
needs_gxx = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not on PATH")

SHIM = r"""
#include <barrier>
#include <cmath>
#include <thread>
#include <vector>
using namespace std;
struct Place { unsigned x, y; };
static thread_local Place threadIdx, blockIdx;
static Place gridDim, blockDim = {256, 1};
static barrier<> meeting(256);
#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(n)
#define __syncthreads() meeting.arrive_and_wait()
template <class F> static void launch(unsigned gx, unsigned gy, F kernel)
{
    gridDim = {gx, gy};
    vector<thread> threads;
    for (unsigned t = 0; t < 256; ++t)
        threads.emplace_back([=] {
            threadIdx = {t, 0};
            for (unsigned y = 0; y < gy; ++y)
                for (unsigned x = 0; x < gx; ++x) {
                    blockIdx = {x, y};
                    kernel();
                    __syncthreads();
                }
        });
    for (auto &t : threads)
        t.join();
}
"""
KERNEL = re.compile(r"__launch_bounds__\(256\)\n(\w+)\((.*?)\)\n\{", re.DOTALL)


class OnCpu:
    """Runs the launches of a CUDA source on NumPy arrays."""

    def __init__(self, source: cuda.CudaSource, folder: Path) -> None:
        self.source = source
        text = SHIM + source.text
        for name, params in KERNEL.findall(source.text):
            words = [p.strip() for p in params.split(",")]
            names = ", ".join(re.findall(r"\w+$", w)[0] for w in words)
            text += f'extern "C" void run_{name}(unsigned gx, unsigned gy, {params}) {{ launch(gx, gy, [=] {{ {name}({names}); }}); }}\n'
        (folder / "f.cc").write_text(text)
        flags = "-std=c++20 -O1 -g -fPIC -shared -pthread -ffp-contract=off -w".split()
        subprocess.run(["g++", *flags, "-o", folder / "f.so", folder / "f.cc"], check=True)
        self.library = ctypes.CDLL(str(folder / "f.so"))

    def __call__(self, *args: Any, grid: tuple[int, int] = (3, 2)) -> tuple[Any, ...]:
        face = self.source.interface
        values, lengths = native.checked(face, args)
        size = lambda ls: int(
            np.prod([n if isinstance(n, int) else lengths[n] for n in ls], dtype=int)
        )
        memory = [
            np.full([n if isinstance(n, int) else lengths[n] for n in b.shape], 77, b.dtype)
            for b in face.buffers
        ]
        partials: dict[str, np.ndarray] = {}
        parts: dict[str, int] = {}
        for step in self.source.launches:
            gx, gy = {"kept": grid, "finish": (1, 1)}.get(step.form, (grid[0], 1))
            passed: list[Any] = []
            for a in step.arguments:
                if a.role == "partials" and a.name not in partials:
                    parts[a.name] = gy if a.axis else gx * gy
                    count = parts[a.name] * (size(step.over) if a.axis else 1)
                    partials[a.name] = np.full(count, np.nan, face.buffers[a.of].dtype)
            mine = [a.name for a in step.arguments if a.role == "partials"]
            for a in step.arguments:
                passed.append(
                    {
                        "length": lambda a: ctypes.c_longlong(lengths[a.name]),
                        "number": lambda a: (
                            ctypes.c_double if a.declared == "const double " else ctypes.c_longlong
                        )(values[a.of]),
                        "array": lambda a: ctypes.c_void_p(values[a.of].ctypes.data),
                        "stride": lambda a: ctypes.c_longlong(
                            values[a.of].strides[a.axis] // values[a.of].itemsize
                        ),
                        "buffer": lambda a: ctypes.c_void_p(memory[a.of].ctypes.data),
                        "partials": lambda a: ctypes.c_void_p(partials[a.name].ctypes.data),
                        "parts": lambda a: ctypes.c_longlong(parts[mine[0]]),
                        "kept": lambda a: ctypes.c_longlong(size(step.over)),
                    }[a.role](a)
                )
            getattr(self.library, f"run_{step.kernel}")(gx, gy, *passed)
        return native.results(face, memory)


@pytest.mark.parametrize("name", CASES)
def test_text_is_golden(name: str, golden: Callable[[Path, str], None]):
    text = cuda.emit(CASES[name].program, name)
    assert text == cuda.emit(CASES[name].program, name)
    assert "atomic" not in text and text.count("__global__") == text.count("__launch_bounds__(256)")
    golden(GOLDEN / f"{name}.cu", text)


@needs_gxx
@pytest.mark.parametrize("name", CASES)
def test_values_on_the_cpu_equal_the_interpreter(name: str, tmp_path: Path):
    case = CASES[name]
    function = OnCpu(cuda.plan(case.program, name), tmp_path)
    for n, m in [(7, 300), (900, 3), (0, 3), (1, 1)]:
        args = case.arguments(np.random.default_rng(n), n, m)
        args = [a[::-1] if isinstance(a, np.ndarray) else a for a in args]
        got, (want, slack) = function(*args), oracle(case.program, args)
        for mine, theirs, room in zip(got, want, slack, strict=True):
            assert np.asarray(mine).dtype == np.asarray(theirs).dtype
            same = np.isnan(mine) & np.isnan(theirs)
            error = np.abs(np.asarray(mine, float) - np.asarray(theirs, float))
            assert np.all(same | (error <= room)), (n, m, mine, theirs, room)


@needs_gxx
def test_equal_grids_give_equal_bits(tmp_path: Path):
    case = CASES["tanh_loss"]
    function = OnCpu(cuda.plan(case.program, "f"), tmp_path)
    args = case.arguments(np.random.default_rng(0), 40, 9)
    first, second = function(*args), function(*args)
    assert all(
        np.asarray(a).tobytes() == np.asarray(b).tobytes()
        for a, b in zip(first, second, strict=True)
    )


@needs_nvrtc
@pytest.mark.parametrize("arch", nvrtc.ARCHS)
@pytest.mark.parametrize("name", CASES)
def test_nvrtc_makes_machine_code(name: str, arch: str):
    text = cuda.emit(CASES[name].program, name)
    cubin = nvrtc.compile_cubin(text, arch, options=["--ptxas-options=-v"], compiler="nvrtc")
    assert cubin.arch == arch and cubin.image[:4] == b"\x7fELF"
    assert all(kernel.encode() in cubin.image for kernel, _ in KERNEL.findall(text))
    assert "0 bytes spill stores" in cubin.log and "warning" not in cubin.log


@needs_nvcc
@pytest.mark.parametrize("name", ["tanh_loss", "logistic"])
def test_nvcc_makes_machine_code(name: str):
    options = ["-Werror", "all-warnings"]
    cubin = nvrtc.compile_cubin(
        cuda.emit(CASES[name].program, name), "sm_80", options=options, compiler="nvcc"
    )
    assert cubin.image[:4] == b"\x7fELF" and cubin.compiler == "nvcc"


@needs_nvrtc
def test_every_function_compiles():
    h, x, y = Hand(), array("x", N), array("y", N, dtype="float32")
    unary = "exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh cbrt floor ceil trunc rint sign log log2 log10 log1p sqrt arcsin arccos arccosh arctanh".split()
    binary = (
        "maximum minimum fmax fmin remainder floor_divide logaddexp hypot arctan2 power".split()
    )
    results = [getattr(h, u)(v) for u in unary for v in (x, y)]
    results += [getattr(h, f)(v, 0.5) for f in binary for v in (x, y)]
    results += [
        h.isnan(x),
        h.isinf(y),
        h.isfinite(x),
        h.full_like(x, float("inf")),
        h.full_like(y, float("nan")),
    ]
    text = cuda.emit(h.program([x, y], results), "f")
    assert nvrtc.compile_cubin(text, compiler="nvrtc").image


@needs_nvrtc
def test_short_indices_compile():
    text = cuda.emit(CASES["cube"].program, "f", index="int")
    assert text.startswith("typedef int I;") and nvrtc.compile_cubin(text, compiler="nvrtc").image


@needs_nvrtc
def test_compile_error_carries_the_log():
    with pytest.raises(CodegenError) as caught:
        nvrtc.compile_cubin("__global__ void f() { oops; }", compiler="nvrtc")
    assert caught.value.code == "SG507" and "oops" in caught.value.message


def test_missing_compilers_say_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    nvrtc._library.cache_clear()
    monkeypatch.setattr(nvrtc, "library_path", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    for compiler in (None, "nvrtc", "nvcc"):
        with pytest.raises(CodegenError, match=r"SG506.*srcgrad\[cuda\]"):
            nvrtc.compile_cubin("", compiler=compiler)
    with pytest.raises(ValueError, match="clang"):
        nvrtc.compile_cubin("", compiler="clang")
    nvrtc._library.cache_clear()


def test_other_ops_are_refused():
    x = array("x", N)
    bad = array("bad", M, dtype=np.complex128)
    h = Hand()
    with pytest.raises(CodegenError, match="SG510"):
        cuda.emit(h.program([x, bad], [h.sum(bad)]), "f")


def test_launches_name_what_they_need():
    source = cuda.plan(gelu(N), "f")
    assert [(s.kernel, s.form) for s in source.launches] == [
        ("f_0", "flat"),
        ("f_finish_f64", "finish"),
    ]
    scalar = cuda.plan(logistic(), "f")
    assert all(isinstance(t, Array) for t in scalar.interface.types)
