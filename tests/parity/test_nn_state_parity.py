"""Loading, grad modes in forward, and parameters, side by side with torch."""

import copy
from collections import OrderedDict

import pytest
from comparing import Raised, outcome
from parity.side_by_side import both, network, tg, torch

# --- loading ------------------------------------------------------------------------------------

LOADS = {
    "the same": lambda lib, s: s,
    "nothing": lambda lib, s: {},
    "more": lambda lib, s: {**s, "x": lib.ones(1), "first.zz": lib.ones(1), "9.a": lib.ones(1)},
    "below a tensor": lambda lib, s: {**s, "scale.x": lib.ones(1)},
    "less": lambda lib, s: {k: v for k, v in s.items() if "fc" not in k},
    "sizes": lambda lib, s: {**s, "scale": lib.ones(3), "first.weight": lib.ones(4)},
    "no tensors": lambda lib, s: {**s, "scale": [1, 2]},
    "everything wrong": lambda lib, s: {"scale": lib.ones(3), "x": 1, "blocks.0.y": 2, "heads": 3},
    "a list": lambda lib, s: [1],
    "another dtype": lambda lib, s: {k: v.double() for k, v in s.items()},
    "other numbers": lambda lib, s: {k: v + 1 for k, v in s.items()},
    "an ordered dictionary": lambda lib, s: OrderedDict(s),
}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", LOADS)
def test_loading(name, strict):
    def program(lib):
        model = network(lib)
        state = {k: v.clone() for k, v in model.state_dict().items()}
        result = outcome(lambda: model.load_state_dict(LOADS[name](lib, state), strict=strict))
        if isinstance(result, Raised):
            return result
        return repr(result), tuple(result), model.state_dict()

    found, expected = both(program)
    if isinstance(expected, Raised):
        assert found.message == expected.message


def test_a_number_loads_from_a_tensor_of_one():
    def program(lib):
        m = lib.nn.Module()
        m.s = lib.nn.Parameter(lib.tensor(2.0))
        m.load_state_dict({"s": lib.tensor([5.0])})
        return m.s.detach(), outcome(lambda: m.load_state_dict({"s": lib.ones(1, 1)}))

    both(program)


def test_loading_by_assignment():
    def program(lib):
        m = network(lib)
        m.scale.requires_grad_(False)
        old = m.scale
        state = {k: (v + 1).double() for k, v in m.state_dict().items()}
        result = m.load_state_dict(state, assign=True)
        return repr(result), m.scale, m.scale is old, m.blocks[0].count, m.first.weight

    both(program)


def test_loading_makes_an_older_graph_stale():
    def program(lib):
        m = lib.nn.Linear(2, 2)
        loss = m(m(lib.ones(1, 2))).sum()
        m.load_state_dict({k: v + 1 for k, v in m.state_dict().items()})
        loss.backward()

    both(program)


# --- grad modes and parameters ------------------------------------------------------------------


@pytest.mark.parametrize("inside", ["set_grad_enabled(False)", "set_grad_enabled(True)"])
@pytest.mark.parametrize("outside", [True, False])
def test_a_grad_mode_set_as_a_statement_in_forward_lasts(inside, outside):
    def program(lib):
        class Switch(lib.nn.Module):
            def forward(self, x):
                eval(f"lib.{inside}", {"lib": lib})
                return x * 2

        x = lib.ones(1, requires_grad=True)
        before = lib.is_grad_enabled()
        lib.set_grad_enabled(outside)
        try:
            y = lib.nn.Sequential(Switch(), lib.nn.Identity())(x)
            return y.requires_grad, lib.is_grad_enabled(), (x * 2).requires_grad
        finally:
            lib.set_grad_enabled(before)

    both(program)


def test_a_grad_mode_of_a_block_in_forward_ends_with_it():
    def program(lib):
        class Part(lib.nn.Module):
            def forward(self, x):
                with lib.no_grad():
                    y = x * 2
                return y + x

        x = lib.ones(1, requires_grad=True)
        y = Part()(x)
        y.backward()
        return x.grad, lib.is_grad_enabled()

    both(program)


PARAMETERS = {
    "repr": lambda lib: lib.nn.Parameter(lib.tensor([[1.0, 2.0], [3.0, 4.5]])),
    "number": lambda lib: lib.nn.Parameter(lib.tensor(3.0)),
    "empty": lambda lib: lib.nn.Parameter(),
    "double": lambda lib: lib.nn.Parameter(lib.ones(2, dtype=lib.float64)),
    "frozen": lambda lib: lib.nn.Parameter(lib.ones(2), requires_grad=False),
    "integers": lambda lib: lib.nn.Parameter(lib.tensor([1, 2]), False),
    "of a parameter": lambda lib: lib.nn.Parameter(lib.nn.Parameter(lib.ones(2))),
    "of a computed tensor": lambda lib: (
        lib.nn.Parameter(lib.ones(2, requires_grad=True) * 2).is_leaf
    ),
    "shared memory": lambda lib: (lambda t: (lib.nn.Parameter(t).data.zero_(), t)[1])(lib.ones(2)),
    "results": lambda lib: [
        type(f(lib.nn.Parameter(lib.ones(2)))).__name__
        for f in (lambda p: p * 2, lambda p: p.detach(), lambda p: p.data, lambda p: p.clone())
    ],
    "is a tensor": lambda lib: isinstance(lib.nn.Parameter(lib.ones(2)), lib.Tensor),
    "requires_grad_": lambda lib: (
        type(lib.nn.Parameter(lib.ones(2)).requires_grad_(False)).__name__
    ),
    "deepcopy": lambda lib: copy.deepcopy(with_grad(lib)).grad,
    "deepcopy of a frozen one": lambda lib: copy.deepcopy(lib.nn.Parameter(lib.ones(1), False)),
    "made without recording": lambda lib: without_recording(lib),
}


def with_grad(lib):
    p = lib.nn.Parameter(lib.ones(2))
    p.sum().backward()
    return p


def without_recording(lib):
    with lib.no_grad():
        return lib.nn.Parameter(lib.ones(2))


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters(name):
    both(lambda lib: (lambda p: (repr(p), p))(PARAMETERS[name](lib)))


@pytest.mark.parametrize("data", [[1.0, 2.0], 1.0, "a"])
def test_a_parameter_is_made_from_a_tensor_only(data):
    # torch fails by accident there: 'list' object has no attribute 'detach'
    with pytest.raises(TypeError, match="a Parameter is made from a Tensor, not from a"):
        tg.nn.Parameter(data)
    with pytest.raises(AttributeError):
        torch.nn.Parameter(data)
