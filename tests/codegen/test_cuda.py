"""The CUDA target: text, what NVIDIA's compilers make of it, and its execution as C++ on the CPU.

No GPU is needed. The executor runs one block after the other, each thread of a block as a thread of
the system: it shows that indexing, sums and launches are right, and nothing about the hardware.
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
from slice_programs import BINARY, CASES, UNARY, Hand, M, N, agree, array, gelu, logistic

from srcgrad.codegen import cuda
from srcgrad.codegen.interface import Argument
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


WRAPPER = """
extern "C" void run_{name}(unsigned gx, unsigned gy, {params})
{{
    launch(gx, gy, [=] {{ {name}({names}); }});
}}
"""
FLAGS = ["-std=c++20", "-O1", "-fPIC", "-shared", "-pthread", "-ffp-contract=off", "-w"]


class OnCpu:
    """Runs the launches of a CUDA source on NumPy arrays."""

    def __init__(self, source: cuda.CudaSource, folder: Path) -> None:
        self.source = source
        text = SHIM + source.text
        for name, params in KERNEL.findall(source.text):
            names = ", ".join(re.findall(r"\w+$", p.strip())[0] for p in params.split(","))
            text += WRAPPER.format(name=name, params=params, names=names)
        (folder / "f.cc").write_text(text)
        call = ["g++", *FLAGS, "-o", str(folder / "f.so"), str(folder / "f.cc")]
        subprocess.run(call, check=True)
        self.library = ctypes.CDLL(str(folder / "f.so"))

    def __call__(self, *args: Any, grid: tuple[int, int] = (3, 2)) -> tuple[Any, ...]:
        face = self.source.interface
        self.values, self.lengths = native.checked(face, args)
        self.memory = [np.full(self.shape(b.shape), 77, b.dtype) for b in face.buffers]
        self.partials: dict[str, Any] = {}
        self.parts: dict[str, int] = {}
        for step in self.source.launches:
            gx, gy = {"kept": grid, "finish": (1, 1)}.get(step.form, (grid[0], 1))
            for a in step.arguments:
                if a.role == "partials" and a.name not in self.partials:
                    self.parts[a.name] = gy if a.axis else gx * gy
                    size = self.parts[a.name] * (self.size(step.over) if a.axis else 1)
                    self.partials[a.name] = np.full(size, np.nan, face.buffers[a.of].dtype)
            passed = [self.passed(a, step) for a in step.arguments]
            getattr(self.library, f"run_{step.kernel}")(gx, gy, *passed)
        return native.results(face, self.memory)

    def shape(self, lengths: Any) -> list[int]:
        return [n if isinstance(n, int) else self.lengths[n] for n in lengths]

    def size(self, lengths: Any) -> int:
        return int(np.prod(self.shape(lengths), dtype=int))

    def passed(self, a: Argument, step: cuda.Launch) -> Any:
        if a.role in ("array", "buffer", "partials"):
            array = {"array": self.values, "buffer": self.memory}.get(a.role)
            found = self.partials[a.name] if array is None else array[a.of]
            return ctypes.c_void_p(found.ctypes.data)
        if a.role == "number" and a.declared == "const double ":
            return ctypes.c_double(self.values[a.of])
        if a.role == "stride":
            array = self.values[a.of]
            return ctypes.c_longlong(array.strides[a.axis] // array.itemsize)
        if a.role == "parts":
            (name,) = (b.name for b in step.arguments if b.role == "partials")
            return ctypes.c_longlong(self.parts[name])
        if a.role == "kept":
            return ctypes.c_longlong(self.size(step.over))
        return ctypes.c_longlong(self.lengths[a.name] if a.role == "length" else self.values[a.of])


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
        agree(case.program, function, args)


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


@needs_gxx
def test_more_blocks_than_threads_of_one(tmp_path: Path):
    case = CASES["ratio"]
    function = OnCpu(cuda.plan(case.program, "f"), tmp_path)
    args = case.arguments(np.random.default_rng(0), 280, 256)
    agree(case.program, lambda *a: function(*a, grid=(270, 1)), args)


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
    results = [getattr(h, name)(v) for name in UNARY.split() for v in (x, y)]
    results += [getattr(h, name)(v, 0.5) for name in BINARY.split() for v in (x, y)]
    results += [h.isnan(x), h.isinf(y), h.isfinite(x), h.logical_not(y)]
    results += [h.full_like(x, float("inf")), h.full_like(y, float("nan"))]
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
    last = cuda.plan(CASES["logistic"].program, "f").launches[-1]
    assert [a.name for a in last.arguments] == ["scale", "value", "sum"]
    scalar = cuda.plan(logistic(), "f")
    assert all(isinstance(t, Array) for t in scalar.interface.types)
