"""Writes a page for each error code, for `srcgrad explain` and for docs/errors.md.

    python -m srcgrad.tools.errorpages > docs/errors.md

Invariant: every code of `errors.CODES` has a remedy here, and nothing else has.
"""

from __future__ import annotations

import sys
from typing import TextIO

from srcgrad.errors import CODES

GROUPS = {
    "1": ("The language", "The function uses syntax outside what srcgrad reads."),
    "2": ("Kinds and calls", "The syntax is fine, but a value or a call has no derivative here."),
    "3": ("Arguments and options", "The call, its arguments or an option do not fit."),
    "4": ("Finding the source", "srcgrad cannot read the function as it was loaded."),
    "5": ("Rules, generated code, targets", "A rule, a target or the emitted code is at fault."),
    "6": ("The cache", "The cache on disk is not used as asked. Results are not affected."),
    "7": ("The imperative API", "A step with arrays of `nd` or `np` cannot be recorded or used."),
}
REMEDIES = {
    "SG101": "Write the statement with assignments, if, for, while and return.",
    "SG102": "Write the expression with names, operators, calls, indexing and attributes.",
    "SG103": "Write a for loop that computes the same.",
    "SG104": "Return the values at once, or write the loop where they are used.",
    "SG105": "Make the computation a plain function, and await outside it.",
    "SG106": "Test for the condition with if, or catch around the call of the gradient.",
    "SG107": "Enter the context around the call of the gradient.",
    "SG108": "Use if and elif.",
    "SG109": "Define the class at module level.",
    "SG110": "Import at module level.",
    "SG111": "Pass the value as an argument and return it.",
    "SG112": "Leave it out, or use another name.",
    "SG113": "Assign on a line of its own.",
    "SG114": "Write the elements or the arguments one by one.",
    "SG115": "Make a new object, or keep the value in a local name.",
    "SG116": "Write the keys one by one; use a tuple or a list in place of a set.",
    "SG117": "Name the parameters, or take a tuple or a dict.",
    "SG118": "Leave it out: annotations do not matter to the derivative.",
    "SG119": "Define the function at module level, or call the decorator's effect yourself.",
    "SG120": "Split the expression or the block into helper functions.",
    "SG121": "Write it in another way, or update srcgrad.",
    "SG122": "Build strings outside the function.",
    "SG201": "Write it with functions that have a rule, or register one with srcgrad.rules.",
    "SG202": "Leave the keyword out, or write what it does with other functions.",
    "SG203": "Use the NumPy function in place of the method.",
    "SG204": "Sum the result, or return one element of it. A result of size one will do.",
    "SG205": "Keep the value as a float, or compute the integer from an argument that is one.",
    "SG206": "Write to an array, a list, a dict or an object.",
    "SG207": "Copy one of the arrays first: b = a.copy().",
    "SG208": "Give the name one kind on every path.",
    "SG209": "Define the name, or import it, before the call.",
    "SG210": "Call a function that is defined in a file, or pass it as an argument.",
    "SG211": "Apply the function to real and imaginary parts, or to abs(z).",
    "SG212": "Use a literal or an integer argument. `show` without --args knows no shapes.",
    "SG213": "Return the same kinds from every path of the recursion.",
    "SG214": "Use slices, integers, None, ... or arrays of integers.",
    "SG215": "Pass an array or a number.",
    "SG216": "Unpack as many names as there are values.",
    "SG217": "Compare the call with the signature of the function that is called.",
    "SG218": "Print the shapes at this line, and make them fit.",
    "SG219": "Use float64, float32, an integer or a boolean dtype.",
    "SG220": "Loop over a range, an array, a tuple, zip or enumerate.",
    "SG221": "Start the name with the type that it ends with: s = 0.0 in place of s = 0.",
    "SG222": "Use np.any or np.all, or np.where for a choice by element.",
    "SG223": "Pass the object's arrays as arguments.",
    "SG224": "Return a value on every path.",
    "SG225": "Assign the name before the branch or loop.",
    "SG226": "Use arithmetic operators.",
    "SG227": "Do it outside the function.",
    "SG228": "Do it outside the function, and pass the result.",
    "SG229": "Draw the random numbers outside, and pass them as an argument.",
    "SG230": "Write a loop in place of deep nesting, or split the function.",
    "SG232": "Use functions of NumPy, math or operators on the value, not of a C library.",
    "SG233": "Do not share memory between arguments and other arrays that are written.",
    "SG234": "Take one tangent after another, with jvp.",
    "SG301": "Pass it as float, x.astype(float), or leave it out of argnums.",
    "SG302": "Compare the call with the signature in the message.",
    "SG303": "Give positions or names of parameters, each once.",
    "SG304": "Check argnums, and whether a cast to int or a constant cuts the way to the result.",
    "SG305": "Pass plain arrays, numbers, or tuples, lists, dicts and dataclasses of them.",
    "SG306": "Put float arrays into the container, or leave it out of argnums.",
    "SG307": "Leave the argument out.",
    "SG308": "Use one of the values that the message lists.",
    "SG309": "Return a pair (value, aux).",
    "SG310": "Pass a function that is defined with def or lambda.",
    "SG311": "Pass a copy of one of the arrays.",
    "SG312": "Call the gradient again: it compiles anew.",
    "SG313": "Give it the shape and dtype of the value that it belongs to.",
    "SG314": "Compare at a point away from kinks; report it if the difference stays.",
    "SG401": "Define the function in a file or a notebook cell.",
    "SG402": "Reload the module, or start Python anew.",
    "SG403": "Make the computation a plain function, and await outside it.",
    "SG404": "Put srcgrad's decorator below the other one, or pass the inner function.",
    "SG405": "Put each lambda on a line of its own, or use def.",
    "SG406": "Mend the file, and reload it.",
    "SG407": "Differentiate a Python function that calls it.",
    "SG501": "Give the rule as many lambdas, and as many arguments, as the message asks for.",
    "SG502": "Register the function once, or under another name.",
    "SG503": "This is a fault of srcgrad: please report it with the function.",
    "SG504": "This is a fault of srcgrad: please report it with the function.",
    "SG505": "Use unroll=False, or split the function.",
    "SG506": "Install what the message names; `srcgrad doctor` lists what is there.",
    "SG507": "Read the compiler's words in the message; report it if the text is at fault.",
    "SG508": "Call the gradient once with unroll=True, or give --args on the command line.",
    "SG509": "Call the gradient again: it records the path anew.",
    "SG510": "Use the Python target for this function.",
    "SG601": "Set SRCGRAD_CACHE_DIR to a directory of your own, or SRCGRAD_CACHE=memory.",
    "SG602": "Nothing: the entry is written again. If it comes back, check the disk.",
    "SG603": "Free some space or mend the permissions, or set SRCGRAD_CACHE=memory.",
    "SG604": "Set SRCGRAD_CACHE to disk, memory or off, SRCGRAD_CACHE_DIR to a full path.",
    "SG701": "Compute inside `with autograd.record():`, after `attach_grad()`.",
    "SG702": "Pass retain_graph=True to the first backward pass, or record again.",
    "SG703": "Call `attach_grad()` on what the head is computed from, before recording.",
    "SG704": "Pass an array of the shape of the head, a number, or nothing for ones.",
    "SG705": "Write to a copy, or leave the record scope before.",
    "SG706": "Use 'write', 'add' or 'null'.",
    "SG707": "Use cpu(), or install what the message names.",
    "SG708": "Convert one of the operands, as the message says.",
    "SG709": "Make a new instance for each call, and give one gradient for each input.",
    "SG710": "Use one of the options that the message names.",
    "SG711": "Use an index inside the axis, or a mode that moves it there.",
}


def page(code: str) -> str:
    """The page of one code.

    >>> print(page("SG108"))
    SG108: match statement
    <BLANKLINE>
    The function uses syntax outside what srcgrad reads.
    What to do: Use if and elif.
    """
    _, about = GROUPS[code[2]]
    return f"{code}: {CODES[code]}\n\n{about}\nWhat to do: {REMEDIES[code]}"


def document() -> str:
    """All pages as one Markdown text."""
    lines = [
        "# Errors",
        "",
        "Every error carries a code. `srcgrad explain SG101` prints the entry of one. This page is",
        "written by `python -m srcgrad.tools.errorpages`.",
    ]
    for digit, (title, about) in GROUPS.items():
        lines += ["", f"## SG{digit}xx: {title}", "", about, "", "| code | what | what to do |"]
        lines.append("| --- | --- | --- |")
        own = [c for c in CODES if c[2] == digit]
        lines += [f"| {code} | {CODES[code]} | {REMEDIES[code]} |" for code in own]
    return "\n".join(lines) + "\n"


def explain(code: str, out: TextIO) -> int:
    """Print the page of a code; return the exit status: 2 for one that there is not."""
    known = code.upper()
    if known not in CODES:
        print(f"there is no code {code}; codes go from {min(CODES)} to {max(CODES)}", file=out)
        return 2
    print(page(known), file=out)
    return 0


if __name__ == "__main__":
    sys.stdout.write(document())
