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
_COMPREHENSION = "write a for loop that computes the same"
_ASYNC = "make the computation plain code and await outside it"
_GENERATOR = "return the values at once, or write the loop where they are used"
_PATTERN = Refusal("SG108", "match patterns are not supported", "use if and elif")
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
    "Delete": Refusal("SG112", "del is not supported", "leave it out, or use another name"),
    "With": Refusal("SG107", "with is not supported", "enter the context around the call instead"),
    "Match": Refusal("SG108", "match is not supported", "use if and elif"),
    "Try": Refusal(
        "SG106", "try is not supported", "test for the condition with if, or catch around the call"
    ),
    "TryStar": Refusal(
        "SG106", "except* is not supported", "test for the condition with if, or catch outside"
    ),
    "Import": Refusal(
        "SG110", "import inside a function is not supported", "import {name} at module level"
    ),
    "ImportFrom": Refusal(
        "SG110", "import inside a function is not supported", "import {name} at module level"
    ),
    "Global": Refusal(
        "SG111", "global is not supported", "pass {name} as an argument and return its new value"
    ),
    "Nonlocal": Refusal(
        "SG111", "nonlocal is not supported", "pass {name} as an argument and return its new value"
    ),
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
    "NamedExpr": Refusal(
        "SG113", "an assignment expression is not supported", "assign on a line of its own"
    ),
    "Set": Refusal("SG116", "a set is not supported", "use a tuple"),
    "ListComp": Refusal("SG103", "a list comprehension is not supported", _COMPREHENSION),
    "SetComp": Refusal("SG103", "a set comprehension is not supported", _COMPREHENSION),
    "DictComp": Refusal("SG103", "a dictionary comprehension is not supported", _COMPREHENSION),
    "GeneratorExp": Refusal("SG103", "a generator expression is not supported", _COMPREHENSION),
    "Await": Refusal("SG105", "await is not supported", _ASYNC),
    "Yield": Refusal("SG104", "a generator cannot be differentiated", _GENERATOR),
    "YieldFrom": Refusal("SG104", "a generator cannot be differentiated", _GENERATOR),
    "Starred": Refusal(
        "SG114", "a star is not supported here", "write the items one by one, or add tuples with +"
    ),
    "TemplateStr": Refusal("SG122", "a template string is not supported", "use an f-string"),
    "Interpolation": Refusal("SG122", "a template string is not supported", "use an f-string"),
    # places of a node that the class alone does not tell
    "Starred.call": Refusal(
        "SG114", "a call with * is not supported", "write the arguments one by one"
    ),
    "Starred.store": Refusal(
        "SG114", "unpacking with * is not supported", "take the items by index or slice"
    ),
    "keyword.star": Refusal(
        "SG114", "a call with ** is not supported", "write the keyword arguments one by one"
    ),
    "Dict.star": Refusal(
        "SG116", "unpacking with ** in a dictionary is not supported", "write the items one by one"
    ),
    "arguments.vararg": Refusal(
        "SG117",
        "a parameter with * is not supported",
        "name each parameter, or pass one tuple as {name}",
    ),
    "arguments.kwarg": Refusal(
        "SG117",
        "a parameter with ** is not supported",
        "name each parameter, or pass one dictionary as {name}",
    ),
    "Subscript.store": SUPPORTED,
    "Attribute.store": Refusal(
        "SG115",
        "writing to an attribute is not supported",
        "use a local variable and return its value",
    ),
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
    "comprehension": Refusal("SG103", "a comprehension is not supported", _COMPREHENSION),
    "ExceptHandler": Refusal("SG106", "except is not supported", "test for the condition with if"),
    "alias": Refusal(
        "SG110", "import inside a function is not supported", "import at module level"
    ),
    "withitem": Refusal("SG107", "with is not supported", "enter the context around the call"),
    "match_case": _PATTERN,
    **dict.fromkeys(("MatchValue", "MatchSingleton", "MatchSequence", "MatchMapping"), _PATTERN),
    **dict.fromkeys(("MatchClass", "MatchStar", "MatchAs", "MatchOr"), _PATTERN),
    **dict.fromkeys(
        ("TypeVar", "ParamSpec", "TypeVarTuple"),
        Refusal("SG118", "type parameters are not supported here", "define it at module level"),
    ),
    "Del": Refusal("SG112", "del is not supported", "leave it out, or use another name"),
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
    kind = type(node).__name__
    for field in node._fields:
        if field in _NOT_EVALUATED or (outermost and field == "decorator_list"):
            continue
        value = getattr(node, field, None)
        for item in value if isinstance(value, list) else (value,):
            if hasattr(item, "_fields"):
                key = _key(kind, item)
                at: Any = item if hasattr(item, "lineno") else node
                if key == "FunctionDef.decorated":
                    at = at.decorator_list[0]
                children.append((key, item, at))
    if outermost:  # the values of its defaults are those of the function object
        signature = node.args
        children = [child for child in children if child[1] is not signature]
        children[:0] = _starred_parameters(signature)
    elif kind == "arguments":
        children = _starred_parameters(node) + [
            child for child in children if child[1] not in (node.vararg, node.kwarg)
        ]
    elif kind == "Dict":
        pairs = zip(node.keys, node.values, strict=True)
        children[:0] = [("Dict.star", value, value) for key, value in pairs if key is None]
        children.sort(key=lambda child: (child[2].lineno, child[2].col_offset))
    todo.extend(reversed(children))


def _starred_parameters(arguments: Any) -> list[tuple[str, Any, Any]]:
    found = [("arguments.vararg", arguments.vararg), ("arguments.kwarg", arguments.kwarg)]
    return [(key, item, item) for key, item in found if item is not None]


def _key(parent: str, node: Any) -> str:
    """Return the entry of `NODES` for a node at its place."""
    kind = type(node).__name__
    if kind in ("Subscript", "Attribute", "Starred") and type(node.ctx).__name__ == "Store":
        return f"{kind}.store"
    if kind == "Starred" and parent == "Call":
        return "Starred.call"
    if kind == "keyword" and node.arg is None:
        return "keyword.star"
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
