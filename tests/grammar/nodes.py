"""Every node class that a parsed function of Python 3.10 to 3.14 can hold, by version.

The lists are data, so that the grammar of a Python that does not run here is walked as well.
"""

# ruff: noqa: SIM905

STATEMENTS = """
    FunctionDef AsyncFunctionDef ClassDef Return Delete Assign AugAssign AnnAssign For AsyncFor While
    If With AsyncWith Match Raise Try Assert Import ImportFrom Global Nonlocal Expr Pass Break Continue
""".split()

EXPRESSIONS = """
    BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp Await
    Yield YieldFrom Compare Call FormattedValue JoinedStr Constant Attribute Subscript Starred Name
    List Tuple Slice
""".split()

PARTS = """
    Load Store Del And Or Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv
    Invert Not UAdd USub Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn comprehension ExceptHandler arguments
    arg keyword alias withitem match_case MatchValue MatchSingleton MatchSequence MatchMapping
    MatchClass MatchStar MatchAs MatchOr
""".split()

SINCE: dict[tuple[int, int], list[str]] = {
    (3, 10): STATEMENTS + EXPRESSIONS + PARTS,
    (3, 11): ["TryStar"],
    (3, 12): ["TypeAlias", "TypeVar", "ParamSpec", "TypeVarTuple"],
    (3, 13): [],
    (3, 14): ["TemplateStr", "Interpolation"],
}

# Never part of a function: the roots of a tree, and what only `type_comments=True` gives.
OUTSIDE = {"Module", "Interactive", "Expression", "FunctionType", "TypeIgnore"}

# Classes that the ast module of these versions defines but no parser makes.
OBSOLETE = """
    Suite AugLoad AugStore Param Num Str Bytes NameConstant Ellipsis Index ExtSlice
""".split()
