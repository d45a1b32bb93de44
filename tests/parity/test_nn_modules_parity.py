"""What modules are made of, and how that is changed, side by side with torch."""

import copy
import pickle
import warnings

import pytest
from comparing import Raised, outcome
from hypothesis import given
from hypothesis import strategies as st
from parity.side_by_side import both, network, same_words, tg, torch

# --- what a module is made of -------------------------------------------------------------------


def named(pairs):
    return [name for name, _ in pairs]


FACTS = {
    "repr": repr,
    "repr with two lines": lambda m: repr(extra(m)),
    "parameters": lambda m: named(m.named_parameters()),
    "all parameters": lambda m: named(m.named_parameters(remove_duplicate=False)),
    "own parameters": lambda m: named(m.named_parameters(recurse=False)),
    "prefixed parameters": lambda m: named(m.named_parameters("net")),
    "buffers": lambda m: named(m.named_buffers()),
    "prefixed buffers": lambda m: named(m.named_buffers(prefix="p", remove_duplicate=False)),
    "own buffers": lambda m: named(m.blocks[0].named_buffers(recurse=False)),
    "modules": lambda m: named(m.named_modules()),
    "all modules": lambda m: named(m.named_modules(remove_duplicate=False)),
    "prefixed modules": lambda m: named(m.named_modules(prefix="x")),
    "module count": lambda m: (len(list(m.modules())), len(list(m.modules(False)))),
    "children": lambda m: named(m.named_children()),
    "child types": lambda m: [type(c).__name__ for c in m.children()],
    "counts": lambda m: (sum(p.numel() for p in m.parameters()), len(list(m.buffers()))),
    "state": lambda m: m.state_dict(),
    "state with prefix": lambda m: list(m.state_dict(prefix="module.")),
    "state with variables": lambda m: [
        v.requires_grad for v in m.state_dict(keep_vars=True).values()
    ],
    "state in a dictionary": lambda m: list(m.state_dict(destination={"first": 1})),
    "state type": lambda m: type(m.state_dict()).__name__,
    "state shares memory": lambda m: (m.state_dict()["scale"].zero_(), m.scale.detach())[1],
    "eval": lambda m: [part.training for part in m.eval().modules()],
    "train": lambda m: [part.training for part in m.eval().train().modules()],
    "part in eval": lambda m: [p.training for p in (m.blocks.eval(), m)[1].modules()],
    "submodule": lambda m: repr(m.get_submodule("blocks.1.fc")),
    "itself": lambda m: m.get_submodule("") is m,
    "parameter": lambda m: m.get_parameter("heads.a.bias").shape,
    "buffer": lambda m: m.get_buffer("blocks.0.cache"),
    "kinds": lambda m: [list(k) for k in (m._parameters, m._modules, m.blocks[0]._buffers)],
    "dir": lambda m: [n in dir(m) for n in ("first", "note", "scale", "forward", "0", "zz")],
    "dir of numbered": lambda m: [n for n in dir(m.blocks) if n.isdigit()],
    "apply": lambda m: applied(m),
    "frozen": lambda m: [p.requires_grad for p in m.requires_grad_(False).parameters()],
    "tied": lambda m: (m.tied is m.first, m.twin.weight is m.first.weight),
    "double": lambda m: [str(v.dtype) for v in m.double().state_dict().values()],
    "float again": lambda m: [str(v.dtype) for v in m.double().float().state_dict().values()],
    "double keeps the objects": lambda m: (lambda p: m.double().scale is p)(m.scale),
    "returns itself": lambda m: [m.to("cpu") is m, m.eval() is m, m.cpu() is m, m.to() is m],
    "loaded": lambda m: repr(m.load_state_dict(m.state_dict())),
    "deleted": lambda m: (delattr(m, "scale"), delattr(m, "heads"), repr(m), list(m.state_dict())),
    "written through a view": lambda m: (
        m._modules.__setitem__("z", m.first),
        repr(m),
        m.z is m.first,
    ),
    "taken out of a view": lambda m: (m._parameters.pop("scale").shape, hasattr(m, "scale")),
}


def extra(m):
    type(m).extra_repr = lambda self: "one\ntwo"
    return m


def applied(m):
    seen = []
    assert m.apply(lambda part: seen.append(type(part).__name__)) is m
    return seen


@pytest.mark.parametrize("fact", FACTS)
def test_facts_of_a_network(fact):
    both(lambda lib: FACTS[fact](network(lib)))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, copy.copy])
def test_a_copy_is_a_module_of_its_own(duplicate):
    def program(lib):
        model = network(lib)
        model(lib.ones(1, 3)).sum().backward()
        model.eval()
        other = duplicate(model)
        other.added = lib.nn.Linear(2, 2)
        del other.scale
        with lib.no_grad():
            other.first.weight.zero_()
        return (
            repr(other), list(other.state_dict()), other.twin.weight is other.first.weight,
            model.first.weight.abs().sum().item() > 0, other.first.weight.grad is None,
            [p.training for p in other.modules()], "added" in dir(model), hasattr(model, "scale"),
        )  # fmt: skip

    if duplicate is copy.copy:  # torch's copy shares its lists of members with the original
        ours = program(tg)
        assert ours[-2:] == (False, True)
        assert "added" in ours[0]
    else:
        both(program)


def test_a_network_can_be_pickled():
    def program(lib):
        layers = [lib.nn.Linear(2, 3), lib.nn.ReLU(), lib.nn.Linear(3, 1, bias=False)]
        model = pickle.loads(pickle.dumps(lib.nn.Sequential(*layers)))
        return repr(model), model.state_dict(), [p.requires_grad for p in model.parameters()]

    both(program)


def test_pickling_keeps_a_parameter_a_parameter():
    def program(lib):
        p = pickle.loads(pickle.dumps(lib.nn.Parameter(lib.ones(2), requires_grad=False)))
        return repr(p), type(p).__name__, p.requires_grad

    both(program)


def assign(name, make):
    return lambda lib, m: setattr(m, name, make(lib))


ASSIGNMENTS = {
    "tensor to parameter": assign("scale", lambda lib: lib.ones(2)),
    "number to parameter": assign("scale", lambda lib: 5),
    "module to parameter": assign("scale", lambda lib: lib.nn.Linear(1, 1)),
    "None to parameter": assign("scale", lambda lib: None),
    "other parameter": assign("scale", lambda lib: lib.nn.Parameter(lib.zeros(3))),
    "tensor to module": assign("first", lambda lib: lib.ones(2)),
    "number to module": assign("first", lambda lib: 3),
    "None to module": assign("first", lambda lib: None),
    "parameter to module": assign("first", lambda lib: lib.nn.Parameter(lib.ones(1))),
    "other module": assign("first", lambda lib: lib.nn.Identity()),
    "number to buffer": assign("count", lambda lib: 3),
    "None to buffer": assign("count", lambda lib: None),
    "tensor to buffer": assign("count", lambda lib: lib.ones(7)),
    "tensor to passing buffer": assign("cache", lambda lib: lib.ones(7)),
    "module to buffer": assign("count", lambda lib: lib.nn.Identity()),
    "parameter to buffer": assign("count", lambda lib: lib.nn.Parameter(lib.ones(1))),
    "parameter to plain": assign("note", lambda lib: lib.nn.Parameter(lib.ones(1))),
    "module to plain": assign("note", lambda lib: lib.nn.Identity()),
    "tensor to plain": assign("note", lambda lib: lib.ones(2)),
    "parameter to method": assign("forward", lambda lib: lib.nn.Parameter(lib.ones(1))),
    "delete": lambda lib, m: delattr(m, "scale"),
    "delete missing": lambda lib, m: delattr(m, "zz"),
    "read missing": lambda lib, m: m.zz,
}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_assignments(name):
    def program(lib):
        base = network(lib)
        m = base.blocks[0] if "buffer" in name else base
        result = outcome(lambda: ASSIGNMENTS[name](lib, m))
        kinds = [{n: type(v).__name__ for n, v in k.items()} for k in (m._parameters, m._buffers)]
        return result, kinds, list(m._modules), list(m.state_dict()), repr(m)

    found, expected = both(program)
    if isinstance(expected[0], Raised):
        same_words(found[0], expected[0], 2)


VALUES = {
    "int": lambda lib: 5,
    "None": lambda lib: None,
    "list": lambda lib: [1.0],
    "tensor": lambda lib: lib.ones(1),
    "parameter": lambda lib: lib.nn.Parameter(lib.ones(1)),
    "computed": lambda lib: lib.nn.Parameter(lib.ones(1)) * 1,
    "module": lambda lib: lib.nn.ReLU(),
}
NAMES = [5, "a.b", "", "forward", "training", "new", "scale", "first", "count", "note"]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["register_parameter", "register_buffer", "add_module"])
def test_registration(method, name, value):
    def program(lib):
        m = network(lib)
        m.register_buffer("count", lib.zeros(1))
        result = outcome(lambda: getattr(m, method)(name, VALUES[value](lib)))
        return result, list(m._parameters), list(m._buffers), list(m._modules)

    found, expected = both(program)
    if isinstance(expected[0], Raised):
        same_words(found[0], expected[0], 2)


def test_a_buffer_may_become_passing_and_persistent_again():
    def program(lib):
        m = network(lib).blocks[0]
        m.register_buffer("count", lib.ones(1), persistent=False)
        before = list(m.state_dict())
        m.register_buffer("count", lib.ones(1))
        return before, list(m.state_dict()), list(m._buffers)

    both(program)


PATHS = ["first.weight", "first.zz", "zz", "blocks.0", "blocks.0.count", "blocks.7", "note",
         "first.weight.x", "first.in_features", "heads.b.0", "scale", "scale.x"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get_parameter", "get_submodule", "get_buffer"])
def test_paths(method, path):
    found, expected = both(lambda lib: type(getattr(network(lib), method)(path)).__name__)
    if isinstance(expected, Raised):
        same_words(found, expected)


BEFORE_INIT = {
    "parameter": lambda lib, m: setattr(m, "x", lib.nn.Parameter(lib.ones(1))),
    "module": lambda lib, m: setattr(m, "x", lib.nn.ReLU()),
    "buffer": lambda lib, m: m.register_buffer("x", lib.ones(1)),
    "register parameter": lambda lib, m: m.register_parameter("x", None),
    "plain": lambda lib, m: setattr(m, "x", 3),
    "parameters": lambda lib, m: list(m.parameters()),
    "missing": lambda lib, m: m.y,
}


@pytest.mark.parametrize("name", BEFORE_INIT)
def test_before_init_is_called(name):
    def program(lib):
        class Net(lib.nn.Module):
            def __init__(self):
                BEFORE_INIT[name](lib, self)

        return type(Net()).__name__

    found, expected = both(program)
    if isinstance(expected, Raised):
        same_words(found, expected, 3)


CALLS = {
    "train with a word": lambda lib, m: m.train("yes"),
    "train with a number": lambda lib, m: m.train(1),
    "to integers": lambda lib, m: m.to(lib.int64),
    "to a dtype by name": lambda lib, m: str(m.to(dtype=lib.float64).scale.dtype),
    "to a tensor": lambda lib, m: str(m.to(lib.ones(1, dtype=lib.float64)).scale.dtype),
    "to device and dtype": lambda lib, m: str(m.to("cpu", lib.float64).scale.dtype),
    "arguments to Module": lambda lib, m: lib.nn.Module(3),
    "keywords to Module": lambda lib, m: lib.nn.Module(a=3),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name):
    both(lambda lib: CALLS[name](lib, network(lib)))


def test_converting_converts_gradients_too():
    def program(lib):
        m = lib.nn.Linear(2, 1)
        m(lib.ones(1, 2)).sum().backward()
        m.double()
        first = m.weight.grad * 1
        m(lib.ones(1, 2).double()).sum().backward()
        return first, m.weight.grad

    both(program)


@pytest.mark.parametrize("set_to_none", [True, False])
def test_zero_grad(set_to_none):
    def program(lib):
        m = network(lib)
        m(lib.randn(2, 3)).sum().backward()
        kept = m.scale.grad
        m.zero_grad(set_to_none=set_to_none)
        return [p.grad for p in m.parameters()], kept

    both(program)


def test_zero_grad_of_a_gradient_with_a_graph():
    def program(lib):
        m = lib.nn.Linear(2, 1)
        (m(lib.ones(1, 2)) ** 3).sum().backward(create_graph=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            m.zero_grad(set_to_none=False)
        return m.weight.grad, m.weight.grad.requires_grad

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of a reference cycle
        results = [program(library) for library in (tg, torch)]
    assert str(results[0]) == str(results[1])


STEPS = st.tuples(
    st.sampled_from(["set", "delete", "register_parameter", "register_buffer", "add_module"]),
    st.sampled_from(["a", "b", "c", "forward"]),
    st.sampled_from(list(VALUES)),
)


def changed_by(lib, steps):
    module = lib.nn.Module()
    seen = []
    for step, name, value in steps:
        make = VALUES[value]
        if step == "set" and (name, value) == ("forward", "module"):
            continue  # torch keeps it among the modules, where the method hides it
        if step == "set":
            result = outcome(lambda name=name, make=make: setattr(module, name, make(lib)))
        elif step == "delete":
            result = outcome(lambda name=name: delattr(module, name))
        else:
            register = getattr(module, step)
            result = outcome(lambda r=register, name=name, make=make: r(name, make(lib)))
        members = (module._parameters, module._buffers, module._modules, module.state_dict())
        seen.append((result.kind if isinstance(result, Raised) else None, *map(list, members)))
        seen.append([type(getattr(module, key, None)).__name__ for key in "abc"])
    return seen


@given(st.lists(STEPS, max_size=10))
def test_any_sequence_of_assignments_and_registrations(steps):
    assert changed_by(tg, steps) == changed_by(torch, steps)
