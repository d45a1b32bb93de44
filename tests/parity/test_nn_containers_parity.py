"""Sequential, ModuleList and ModuleDict side by side with torch."""

from collections import OrderedDict

import pytest
from parity.side_by_side import both

# --- containers ---------------------------------------------------------------------------------


def six(lib):
    nn = lib.nn
    return [nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2), nn.Tanh(), nn.Sigmoid(), nn.Identity()]


def sequential(lib):
    return lib.nn.Sequential(*six(lib))


def module_list(lib):
    return lib.nn.ModuleList(six(lib))


def named_sequential(lib):
    parts = [("in", lib.nn.Linear(2, 3)), ("act", lib.nn.ReLU()), ("out", lib.nn.Linear(3, 1))]
    return lib.nn.Sequential(OrderedDict(parts))


def changed(function):
    """Make a case that changes a container and returns it."""
    return lambda lib, s: (function(lib, s), s)[1]


SEQUENCES = {
    "whole": lambda lib, s: s,
    "length": lambda lib, s: len(s),
    "index": lambda lib, s: s[1],
    "last": lambda lib, s: s[-1],
    "too far": lambda lib, s: s[6],
    "too far back": lambda lib, s: s[-7],
    "no index": lambda lib, s: s["a"],
    "slice": lambda lib, s: s[1:3],
    "steps": lambda lib, s: s[::-2],
    "iterated": lambda lib, s: [type(m).__name__ for m in s],
    "set": changed(lambda lib, s: s.__setitem__(1, lib.nn.Tanh())),
    "set last": changed(lambda lib, s: s.__setitem__(-1, lib.nn.Tanh())),
    "set too far": lambda lib, s: s.__setitem__(9, lib.nn.Tanh()),
    "set to a number": lambda lib, s: s.__setitem__(0, 3),
    "deleted": changed(lambda lib, s: s.__delitem__(0)),
    "deleted slice": changed(lambda lib, s: s.__delitem__(slice(0, 2))),
    "deleted too far": lambda lib, s: s.__delitem__(9),
    "appended": lambda lib, s: s.append(lib.nn.Tanh()),
    "appended a number": lambda lib, s: s.append(3),
    "extended": lambda lib, s: s.extend([lib.nn.Tanh(), lib.nn.ReLU()]),
    "extended by itself": lambda lib, s: s.extend(list(s)),
    "popped": lambda lib, s: (s.pop(0), s),
    "popped last": lambda lib, s: (s.pop(-1), s),
    "popped slice": lambda lib, s: (s.pop(slice(1, 3)), s),
    "inserted": changed(lambda lib, s: s.insert(1, lib.nn.Tanh())),
    "inserted at the end": changed(lambda lib, s: s.insert(len(s), lib.nn.Tanh())),
    "contains": lambda lib, s: (s[0] in s, lib.nn.ReLU() in s),
    "reversed": lambda lib, s: [type(m).__name__ for m in reversed(s)],
    "state": lambda lib, s: list(s.state_dict()),
    "children": lambda lib, s: [name for name, _ in s.named_children()],
    "bool": lambda lib, s: bool(s),
}
ONLY_SEQUENTIAL = {
    "run": lambda lib, s: s(lib.ones(3, 2)),
    "sum": lambda lib, s: s + lib.nn.Sequential(lib.nn.Tanh()),
    "sum with a list": lambda lib, s: s.__add__([lib.nn.Tanh()]),
    "product": lambda lib, s: s[:2] * 2,
    "product from the left": lambda lib, s: 2 * s[:2],
    "product with 0": lambda lib, s: s * 0,
    "product with a float": lambda lib, s: s * 1.5,
    "insert a number": lambda lib, s: s.insert(0, 3),
    "inserted from the end": changed(lambda lib, s: s.insert(-1, lib.nn.Tanh())),
    "insert too far": lambda lib, s: s.insert(9, lib.nn.Tanh()),
    "insert too far back": lambda lib, s: s.insert(-9, lib.nn.Tanh()),
    "extend with a number": lambda lib, s: s.extend(3),
    "added in place": lambda lib, s: s.__iadd__(lib.nn.Sequential(lib.nn.Tanh())),
    "multiplied in place": lambda lib, s: s.__imul__(2),
    "multiplied in place with 0": lambda lib, s: s.__imul__(0),
    "with a missing part": lambda lib, s: (s.add_module("gone", None), repr(s), len(s)),
    "keyword input": lambda lib, s: s(input=lib.ones(1, 2)),
}
ONLY_LIST = {
    "sum with a list": lambda lib, s: s.__add__([lib.nn.Tanh()]),
    "sum with a list of modules": lambda lib, s: s[:1] + s[:2],
    "added in place": lambda lib, s: s.__iadd__([lib.nn.Tanh()]),
    "extend with a number": lambda lib, s: s.extend(3),
    "empty": lambda lib, s: lib.nn.ModuleList(),
    "runs of equal parts": lambda lib, s: lib.nn.ModuleList(
        [lib.nn.Sequential(lib.nn.Linear(1, 1)) for _ in range(3)] + [lib.nn.ReLU()] * 2
    ),
}
CONTAINERS = [(sequential, name, case) for name, case in {**SEQUENCES, **ONLY_SEQUENTIAL}.items()]
CONTAINERS += [(module_list, name, case) for name, case in {**SEQUENCES, **ONLY_LIST}.items()]
NAMED = ["whole", "index", "slice", "set", "appended", "state", "children"]
CONTAINERS += [(named_sequential, name, SEQUENCES[name]) for name in NAMED]


@pytest.mark.parametrize(
    ("make", "name"), [pytest.param(m, n, id=f"{m.__name__}, {n}") for m, n, _ in CONTAINERS]
)
def test_containers(make, name):
    case = {(m, n): c for m, n, c in CONTAINERS}[make, name]
    both(lambda lib: case(lib, make(lib)))


def module_dict(lib):
    return lib.nn.ModuleDict({"a": lib.nn.Tanh(), "b": lib.nn.Linear(1, 2), "0": lib.nn.ReLU()})


DICTIONARIES = {
    "whole": lambda lib, d: d,
    "item": lambda lib, d: d["b"],
    "missing": lambda lib, d: d["z"],
    "length": lambda lib, d: len(d),
    "iterated": lambda lib, d: list(d),
    "keys": lambda lib, d: d.keys(),
    "values": lambda lib, d: list(d.values()),
    "items": lambda lib, d: [(k, str(v)) for k, v in d.items()],
    "contains": lambda lib, d: ("a" in d, "z" in d),
    "set": changed(lambda lib, d: d.__setitem__("a", lib.nn.ReLU())),
    "added": changed(lambda lib, d: d.__setitem__("new", lib.nn.ReLU())),
    "taken name": lambda lib, d: d.__setitem__("keys", lib.nn.ReLU()),
    "no module": lambda lib, d: d.__setitem__("x", 3),
    "deleted": changed(lambda lib, d: d.__delitem__("a")),
    "deleted missing": lambda lib, d: d.__delitem__("z"),
    "popped": lambda lib, d: (d.pop("a"), d),
    "popped missing": lambda lib, d: d.pop("z"),
    "cleared": changed(lambda lib, d: d.clear()),
    "updated": changed(lambda lib, d: d.update({"a": lib.nn.ReLU(), "q": lib.nn.ReLU()})),
    "updated with pairs": changed(lambda lib, d: d.update([("q", lib.nn.ReLU())])),
    "updated with another": changed(lambda lib, d: d.update(module_dict(lib))),
    "updated with a number": lambda lib, d: d.update(3),
    "updated with numbers": lambda lib, d: d.update([3]),
    "updated with triples": lambda lib, d: d.update([(1, 2, 3)]),
    "called": lambda lib, d: d(1),
    "state": lambda lib, d: list(d.state_dict()),
    "empty": lambda lib, d: lib.nn.ModuleDict(),
}


@pytest.mark.parametrize("name", DICTIONARIES)
def test_module_dict(name):
    both(lambda lib: DICTIONARIES[name](lib, module_dict(lib)))
