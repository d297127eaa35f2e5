"""Loops whose first trip binds what the later ones read, change or write to: state without a start."""

from __future__ import annotations

from .scope import Name, Scope, Shape
from .writes import Writes


class Trips(Writes):
    """Groups of lines with a loop, each trip of which has the name of the trip before."""

    def started_inside(self, scope: Scope, gives: Shape) -> list[str]:
        """A name that the first trip starts, the others go on with, and the code after the loop reads."""
        if scope.loops >= 2:
            return self.write(scope, gives)
        i, name = self.new("i"), self.new("state")
        shape: Shape = self.random.choice(((), (), (self.n,), (self.m, self.n)))
        most = self.random.choice((2, 3, 4))
        own = scope.child(loops=scope.loops + 1)
        own.names[i] = Name((), (0, min(most, self.n) - 1))
        later = own.child(arms=own.arms + 1)
        later.names[name] = Name(shape)
        first, again = self.value(own, shape, 2), self.bounded(later, shape)
        is_first = self.random.choice((f"{i} == 0", f"{i} < 1", f"not {i}"))
        kind = self.random.choice(("arms", "flipped", "elif", "previous", "one line", "written"))
        if kind == "arms":
            body = [f"if {is_first}:", f"    {name} = {first}", "else:", f"    {name} = {again}"]
        elif kind == "flipped":
            body = [f"if {i} > 0:", f"    {name} = {again}", "else:", f"    {name} = {first}"]
        elif kind == "elif":
            body = [f"if {is_first}:", f"    {name} = {first}", f"elif {self.test(later)}:"]
            body += [f"    {name} = {again}"]
        elif kind == "previous":
            result = self.new("now")
            body = [f"{result} = {self.value(own, shape, 1)}", f"if {i} > 0:"]
            body += [f"    {result} = {again}", f"{name} = {result}"]
        elif kind == "written" and shape and self.writing:
            later.names[name] = Name(shape, buffer=True)
            rest = later.child(arms=own.arms)
            source = f"np.zeros({shape if len(shape) > 1 else shape[0]})"
            body = [f"if {is_first}:", f"    {name} = {source}"]
            body += self.write(rest, gives) + self.write(rest, gives)
            scope.names[name] = Name(shape, buffer=True)
        else:
            body = [f"{name} = {first} if {is_first} else {again}"]
        if self.chance(0.3):
            body.append(f"if {self.test(later)}: {self.random.choice(('break', 'continue'))}")
        scope.names.setdefault(name, Name(shape))
        head = f"for {i} in range({min(most, self.n)}):"
        return [head, *("    " + line for line in body)]


__all__ = ["Trips"]
