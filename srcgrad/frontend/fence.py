"""Refuses syntax outside the supported language, before anything else is done with a function.

Invariant: every node class of the grammars of Python 3.10 to 3.14 is in `NODES`; a class that is
not there is refused as well. The first refused node in reading order is the one reported.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from srcgrad.errors import UnsupportedSyntaxError
from srcgrad.frontend.source import Source


class Refusal(NamedTuple):
    """Says why a node is refused; `{name}` in the texts is the name the node binds or mentions."""

    code: str
    message: str
    remedy: str


SUPPORTED = None
_ASYNC = "make the computation plain code and await outside it"
_GENERATOR = "return the values at once, or write the loop where they are used"
_NOT_HERE = Refusal(
    "SG121", "syntax that this version of srcgrad does not know", "write it in another way"
)

NODES: dict[str, Refusal | None] = {
    # statements
    "FunctionDef": SUPPORTED,
    "Return": SUPPORTED,
    "Assign": SUPPORTED,
    "AnnAssign": SUPPORTED,
    "AugAssign": SUPPORTED,
    "For": SUPPORTED,
    "While": SUPPORTED,
    "If": SUPPORTED,
    "Expr": SUPPORTED,
    "Pass": SUPPORTED,
    "Break": SUPPORTED,
    "Continue": SUPPORTED,
    "Assert": SUPPORTED,
    "Raise": SUPPORTED,
    "AsyncFunctionDef": Refusal("SG105", "async def is not supported", _ASYNC),
    "AsyncFor": Refusal("SG105", "async for is not supported", _ASYNC),
    "AsyncWith": Refusal("SG105", "async with is not supported", _ASYNC),
    "ClassDef": Refusal(
        "SG109",
        "a class cannot be defined inside a differentiated function",
        "define {name} at module level",
    ),
    "Delete": SUPPORTED,
    "With": SUPPORTED,
    "Match": SUPPORTED,
    "Try": Refusal(
        "SG106", "try is not supported", "test for the condition with if, or catch around the call"
    ),
    "TryStar": Refusal(
        "SG106", "except* is not supported", "test for the condition with if, or catch outside"
    ),
    "Import": SUPPORTED,
    "ImportFrom": SUPPORTED,
    "Global": SUPPORTED,
    "Nonlocal": SUPPORTED,
    "TypeAlias": Refusal(
        "SG118",
        "a type alias inside a function is not supported",
        "define it at module level",
    ),
    # expressions
    "BoolOp": SUPPORTED,
    "BinOp": SUPPORTED,
    "UnaryOp": SUPPORTED,
    "Lambda": SUPPORTED,
    "IfExp": SUPPORTED,
    "Dict": SUPPORTED,
    "Compare": SUPPORTED,
    "Call": SUPPORTED,
    "FormattedValue": SUPPORTED,
    "JoinedStr": SUPPORTED,
    "Constant": SUPPORTED,
    "Attribute": SUPPORTED,
    "Subscript": SUPPORTED,
    "Name": SUPPORTED,
    "List": SUPPORTED,
    "Tuple": SUPPORTED,
    "Slice": SUPPORTED,
    "NamedExpr": SUPPORTED,
    "Set": SUPPORTED,
    "ListComp": SUPPORTED,
    "SetComp": SUPPORTED,
    "DictComp": SUPPORTED,
    "GeneratorExp": SUPPORTED,
    "Await": Refusal("SG105", "await is not supported", _ASYNC),
    "Yield": Refusal("SG104", "a generator cannot be differentiated", _GENERATOR),
    "YieldFrom": Refusal("SG104", "a generator cannot be differentiated", _GENERATOR),
    "Starred": SUPPORTED,
    "TemplateStr": Refusal("SG122", "a template string is not supported", "use an f-string"),
    "Interpolation": Refusal("SG122", "a template string is not supported", "use an f-string"),
    # places of a node that the class alone does not tell
    "Subscript.store": SUPPORTED,
    "FunctionDef.decorated": Refusal(
        "SG119",
        "a decorator on a nested function is not supported",
        "leave it out, or define {name} at module level",
    ),
    # parts of nodes
    "arguments": SUPPORTED,
    "arg": SUPPORTED,
    "keyword": SUPPORTED,
    **dict.fromkeys(("Load", "Store", "Param", "And", "Or"), SUPPORTED),
    **dict.fromkeys(("Add", "Sub", "Mult", "MatMult", "Div", "Mod", "Pow"), SUPPORTED),
    **dict.fromkeys(("LShift", "RShift", "BitOr", "BitXor", "BitAnd", "FloorDiv"), SUPPORTED),
    **dict.fromkeys(("Invert", "Not", "UAdd", "USub"), SUPPORTED),
    **dict.fromkeys(("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"), SUPPORTED),
    **dict.fromkeys(("Is", "IsNot", "In", "NotIn"), SUPPORTED),
    "comprehension": SUPPORTED,
    "ExceptHandler": Refusal("SG106", "except is not supported", "test for the condition with if"),
    "alias": SUPPORTED,
    "withitem": SUPPORTED,
    "match_case": SUPPORTED,
    **dict.fromkeys(("MatchValue", "MatchSingleton", "MatchSequence", "MatchMapping"), SUPPORTED),
    **dict.fromkeys(("MatchClass", "MatchStar", "MatchAs", "MatchOr"), SUPPORTED),
    **dict.fromkeys(
        ("TypeVar", "ParamSpec", "TypeVarTuple"),
        Refusal("SG118", "type parameters are not supported here", "define it at module level"),
    ),
    "Del": SUPPORTED,
    # never inside a function, or of older Pythons
    **dict.fromkeys(("Module", "Interactive", "Expression", "FunctionType", "Suite"), _NOT_HERE),
    **dict.fromkeys(("TypeIgnore", "AugLoad", "AugStore", "Print", "Exec", "Repr"), _NOT_HERE),
    **dict.fromkeys(("Num", "Str", "Bytes", "NameConstant", "Ellipsis"), _NOT_HERE),
    **dict.fromkeys(("Index", "ExtSlice"), _NOT_HERE),
}

_NOT_EVALUATED = {"annotation", "returns", "type_comment", "type_params", "ctx"}


def fence(source: Source) -> None:
    """Refuse the first node of a function that is outside the supported language.

    Raises:
        UnsupportedSyntaxError: It has the node's span, the reason and what to write instead.
    """
    todo: list[tuple[str, Any, Any]] = []
    _push(todo, source.tree, outermost=True)
    while todo:
        key, node, at = todo.pop()
        refusal = NODES.get(key, _NOT_HERE)
        if refusal is not SUPPORTED:
            name = _name(node)
            raise source.refuse(
                UnsupportedSyntaxError,
                refusal.code,
                refusal.message.format(name=name),
                at,
                refusal.remedy.format(name=name),
            )
        _push(todo, node)


def _push(todo: list[tuple[str, Any, Any]], node: Any, outermost: bool = False) -> None:
    """Put the children of `node` on the stack, first one on top, with the place to point at."""
    children: list[tuple[str, Any, Any]] = []
    for field in node._fields:
        if field in _NOT_EVALUATED or (outermost and field == "decorator_list"):
            continue
        value = getattr(node, field, None)
        for item in value if isinstance(value, list) else (value,):
            if hasattr(item, "_fields"):
                key = _key(item)
                at: Any = item if hasattr(item, "lineno") else node
                if key == "FunctionDef.decorated":
                    at = at.decorator_list[0]
                children.append((key, item, at))
    if outermost:  # the values of its defaults are those of the function object
        signature = node.args
        children = [child for child in children if child[1] is not signature]
    todo.extend(reversed(children))


def _key(node: Any) -> str:
    """Return the entry of `NODES` for a node at its place."""
    kind = type(node).__name__
    if kind == "FunctionDef" and node.decorator_list:
        return "FunctionDef.decorated"
    return kind


def _name(node: Any) -> str:
    """Return the name that a refused node is about, for its remedy."""
    for field in ("name", "id", "module"):
        if isinstance(name := getattr(node, field, None), str):
            return name
    names = [getattr(item, "name", item) for item in getattr(node, "names", ())]
    return " and ".join(names) if names else "it"
