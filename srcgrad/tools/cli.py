"""The `srcgrad` command.

Invariant: `main` returns 0 for success, 1 where the asked-for thing fails, with one located message
and no traceback, and 2 for a command that makes no sense.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence

from srcgrad import __version__
from srcgrad.errors import FrontendError, SrcgradError


def parser() -> argparse.ArgumentParser:
    """The command line."""
    main = argparse.ArgumentParser(
        prog="srcgrad", description="Source-transformation automatic differentiation."
    )
    main.add_argument("--version", action="version", version=f"srcgrad {__version__}")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_show(commands)
    cache = commands.add_parser("cache", help="list or empty the cache on disk")
    cache.add_argument("action", choices=("ls", "clear"))
    commands.add_parser("doctor", help="what srcgrad finds on this machine")
    explain = commands.add_parser("explain", help="what an error code means")
    explain.add_argument("code", metavar="SGnnn")
    return main


def _add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    show = commands.add_parser(
        "show",
        help="the code of a gradient, or an earlier stage of it",
        description="Prints the backward code of a function. The file is imported; without --args, "
        "arguments are taken to be float64 arrays of any rank.",
    )
    show.add_argument("target_function", metavar="FILE.py:function")
    show.add_argument(
        "--args", metavar="EXPR", help='arguments of a call, as Python: "np.ones(3), k=2.0"'
    )
    show.add_argument("--wrt", metavar="NAMES", help="parameters to differentiate: w,b or 0,1")
    show.add_argument(
        "--stage",
        choices=("source", "normalised", "ir", "primal", "adjoint"),
        default="adjoint",
        help="how far along the way through the compiler (default: adjoint)",
    )
    show.add_argument(
        "--unroll", action="store_true", help="straight-line code of the path that --args take"
    )
    show.add_argument("--target", choices=("python", "c", "cuda"), default="python")
    show.add_argument("--value", action="store_true", help="code that also returns the value")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    try:
        options = parser().parse_args(argv)
    except SystemExit as error:  # argparse has said what is wrong
        return error.code if isinstance(error.code, int) else 2
    try:
        return _run(options)
    except FrontendError as error:
        print(f"srcgrad: {error}", file=sys.stderr)
    except SrcgradError as error:
        remedy = f"\n  remedy: {error.remedy}" if error.remedy else ""
        print(f"srcgrad: {error.message} [{error.code}]{remedy}", file=sys.stderr)
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _run(options: argparse.Namespace) -> int:
    if options.command == "show":
        return _show(options)
    if options.command == "cache":
        from srcgrad.tools.cachecmd import clear_entries, list_entries

        return (list_entries if options.action == "ls" else clear_entries)(sys.stdout)
    if options.command == "doctor":
        from srcgrad.tools.doctor import report

        return report(sys.stdout)
    from srcgrad.tools.errorpages import explain

    return explain(options.code, sys.stdout)


def _show(options: argparse.Namespace) -> int:
    from srcgrad.runtime.views import write
    from srcgrad.tools.stages import gradient_of, listing
    from srcgrad.tools.target import TargetError, UsageError, arguments, find

    try:
        if options.target != "python" and options.stage not in ("primal", "adjoint"):
            raise UsageError(f"--stage {options.stage} is the same for every target")
        if (
            options.unroll
            and options.args is None
            and options.stage not in ("source", "normalised")
        ):
            raise UsageError("--unroll needs --args: a path is that of one call")
        module, found = find(options.target_function)
        gradient = gradient_of(found, _wrt(options.wrt), value=options.value)
        call = None if options.args is None else arguments(options.args, module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of the user's own arithmetic
            text = listing(
                gradient,
                call,
                stage=options.stage,
                target=options.target,
                path=options.unroll,
            )
    except UsageError as error:
        print(f"srcgrad show: {error}", file=sys.stderr)
        return 2
    except TargetError as error:
        print(f"srcgrad show: {error}", file=sys.stderr)
        return 1
    write(text, sys.stdout)
    return 0


def _wrt(names: str | None) -> tuple[int | str, ...] | int | str | None:
    """`w` is one parameter, `w,b` a tuple of them; numbers are positions."""
    if names is None:
        return None
    parts = [part.strip() for part in names.split(",")]
    found = tuple(int(p) if p.lstrip("-").isdigit() else p for p in parts if p)
    return found[0] if len(parts) == 1 and found else found


if __name__ == "__main__":
    sys.exit(main())
