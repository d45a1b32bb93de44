"""ParameterList and ParameterDict side by side with torch."""

from collections import OrderedDict

import pytest
from parity.side_by_side import both


def changed(function):
    """Make a case that changes a container and returns it."""
    return lambda lib, c: (function(lib, c), c, len(c))[1:]


def parameter_list(lib):
    return lib.nn.ParameterList([lib.ones(2, 3), lib.nn.Parameter(lib.zeros(())), "text"])


LISTS = {
    "whole": lambda lib, c: c,
    "one": lambda lib, c: lib.nn.ParameterList([lib.ones(2)]),
    "empty": lambda lib, c: lib.nn.ParameterList(),
    "length": lambda lib, c: (len(c), bool(c)),
    "index": lambda lib, c: (c[0], c[-1], type(c[1]).__name__),
    "too far": lambda lib, c: c[3],
    "too far back": lambda lib, c: c[-4],
    "no index": lambda lib, c: c["a"],
    "slice": lambda lib, c: (c[1:], c[::-1]),
    "iterated": lambda lib, c: list(c),
    "set": changed(lambda lib, c: c.__setitem__(0, lib.zeros(5))),
    "set last": changed(lambda lib, c: c.__setitem__(-1, lib.nn.Parameter(lib.zeros(1)))),
    "set to a number": lambda lib, c: c.__setitem__(0, 3),
    "set too far": lambda lib, c: c.__setitem__(3, lib.ones(1)),
    "appended": changed(lambda lib, c: c.append(lib.ones(4))),
    "appended a number": changed(lambda lib, c: c.append(4)),
    "extended": changed(lambda lib, c: c.extend([lib.ones(4), None])),
    "extended in place": lambda lib, c: c.__iadd__([lib.ones(4)]),
    "extended with a tensor": lambda lib, c: c.extend(lib.ones(4)),
    "extended with a number": lambda lib, c: c.extend(4),
    "state": lambda lib, c: c.state_dict(),
    "parameters": lambda lib, c: list(c.named_parameters()),
    "called": lambda lib, c: c(lib.ones(1)),
    "dir": lambda lib, c: [name for name in dir(c) if name.isdigit()],
    "converted": lambda lib, c: c.double(),
    "loaded": lambda lib, c: (c.load_state_dict({"0": lib.zeros(2, 3), "1": lib.ones(())}), c[1]),
    "integers": lambda lib, c: c.append(lib.ones(2).long()),
}


@pytest.mark.parametrize("name", LISTS)
def test_parameter_list(name):
    both(lambda lib: LISTS[name](lib, parameter_list(lib)))


def parameter_dict(lib):
    return lib.nn.ParameterDict({"b": lib.ones(2, 3), "a": lib.zeros(()), "c": [1, 2]})


DICTIONARIES = {
    "whole": lambda lib, c: c,
    "one": lambda lib, c: lib.nn.ParameterDict({"x": lib.ones(2).double()}),
    "empty": lambda lib, c: lib.nn.ParameterDict(),
    "item": lambda lib, c: (c["b"], c.b, type(c["b"]).__name__),
    "missing": lambda lib, c: c["z"],
    "no string": lambda lib, c: c[3],
    "length": lambda lib, c: len(c),
    "keys": lambda lib, c: (c.keys(), list(c), list(reversed(c))),
    "values": lambda lib, c: list(c.values()),
    "items": lambda lib, c: list(c.items()),
    "contains": lambda lib, c: ("a" in c, "z" in c),
    "ordered": lambda lib, c: lib.nn.ParameterDict(OrderedDict(z=lib.ones(1), y=lib.ones(2))),
    "pairs": lambda lib, c: lib.nn.ParameterDict([("z", lib.ones(1)), ("y", 2)]),
    "set": changed(lambda lib, c: c.__setitem__("a", lib.ones(4))),
    "added": changed(lambda lib, c: c.__setitem__("new", lib.nn.Parameter(lib.ones(4)))),
    "set to a number": lambda lib, c: c.__setitem__("a", 3),
    "taken name": lambda lib, c: c.__setitem__("keys", lib.ones(1)),
    "name with a dot": lambda lib, c: c.__setitem__("x.y", lib.ones(1)),
    "name that is no string": lambda lib, c: c.__setitem__(3, lib.ones(1)),
    "deleted": changed(lambda lib, c: c.__delitem__("b")),
    "deleted missing": lambda lib, c: c.__delitem__("z"),
    "popped": changed(lambda lib, c: c.pop("b")),
    "popped missing": lambda lib, c: c.pop("z"),
    "popped item": lambda lib, c: (c.popitem(), c.popitem(), c),
    "popped item of nothing": lambda lib, c: lib.nn.ParameterDict().popitem(),
    "got": lambda lib, c: (c.get("a"), c.get("z"), c.get("z", 5)),
    "default": lambda lib, c: (c.setdefault("a", 5), c.setdefault("n", lib.ones(1)), c),
    "cleared": changed(lambda lib, c: c.clear()),
    "copied": lambda lib, c: (c.copy(), c.copy()["a"] is c["a"]),
    "from keys": lambda lib, c: c.fromkeys(["x", "y"], lib.ones(1)),
    "updated": changed(lambda lib, c: c.update({"z": lib.ones(1), "a": lib.ones(7)})),
    "updated with another": changed(lambda lib, c: c.update(parameter_dict(lib))),
    "updated with a number": lambda lib, c: c.update(3),
    "updated with numbers": lambda lib, c: c.update([3]),
    "updated with triples": lambda lib, c: c.update([(1, 2, 3)]),
    "joined": lambda lib, c: c | lib.nn.ParameterDict({"z": lib.ones(1), "a": lib.ones(7)}),
    "joined in place": lambda lib, c: c.__ior__(lib.nn.ParameterDict({"z": lib.ones(1)})),
    "state": lambda lib, c: c.state_dict(),
    "parameters": lambda lib, c: list(c.named_parameters()),
    "called": lambda lib, c: c(1),
}


@pytest.mark.parametrize("name", DICTIONARIES)
def test_parameter_dict(name):
    both(lambda lib: DICTIONARIES[name](lib, parameter_dict(lib)))


def test_a_module_that_holds_them():
    def program(lib):
        class Polynomial(lib.nn.Module):
            def __init__(self):
                super().__init__()
                self.powers = lib.nn.ParameterList([lib.randn(1) for _ in range(4)])
                self.named = lib.nn.ParameterDict({"scale": lib.ones(1)})

            def forward(self, x):
                return self.named["scale"] * sum(p * x**i for i, p in enumerate(self.powers))

        model = Polynomial()
        model(lib.linspace(-1, 1, 5)).square().sum().backward()
        state = model.state_dict()
        return model, state, [p.grad for p in model.parameters()]

    both(program)
