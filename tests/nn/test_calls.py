"""Calling a module: the scope of the call, grad modes, and hooks."""

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn
from tinygrad_edu.autograd.recording import TOP, thread

# --- calls --------------------------------------------------------------------------------------


class Probe(nn.Module):
    """Notes the scope of its call, and runs another module."""

    def __init__(self, inner=None):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        self.__dict__["seen"] = thread.here.scope
        return x if self.inner is None else self.inner(x)


def test_a_call_has_a_scope_inside_that_of_its_caller():
    inner = Probe()
    outer = Probe(nn.Sequential(inner))
    outer(1)
    scopes = [inner.seen]
    while scopes[-1].outer is not None:
        scopes.append(scopes[-1].outer)
    assert [type(scope.module).__name__ for scope in scopes[:-1]] == [
        "Probe",
        "Sequential",
        "Probe",
    ]
    assert scopes[0].module is inner
    assert scopes[2].module is outer
    assert scopes[-1] is TOP
    assert thread.here.scope is TOP


def test_operations_remember_the_module_call():
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    y = model(torch.ones(1, 2))
    assert y.grad_fn.scope.module is model[1]
    assert y.grad_fn.inputs[0].scope.module is model[0]
    assert y.grad_fn.scope.outer.module is model


def test_the_scope_ends_with_an_error_in_forward():
    with pytest.raises(TypeError):
        Probe(3)(1)
    assert thread.here.scope is TOP


def test_without_recording_there_is_no_scope():
    probe = Probe()
    with torch.no_grad():
        probe(1)
    assert probe.seen is None
    assert thread.here.scope is TOP


class Switch(nn.Module):
    def __init__(self, mode):
        super().__init__()
        self.mode = mode

    def forward(self, x):
        torch.set_grad_enabled(self.mode)
        return x


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("mode", [True, False])
def test_a_grad_mode_set_as_a_statement_in_forward_lasts(before, mode):
    torch.set_grad_enabled(before)
    try:
        nn.Sequential(Switch(mode))(1)
        assert torch.is_grad_enabled() is mode
        if before and mode:
            assert thread.here.scope is TOP
    finally:
        torch.set_grad_enabled(True)
    assert thread.here.scope is TOP


def test_a_block_without_recording_in_forward_ends_with_it():
    class Part(nn.Module):
        def forward(self, x):
            with torch.no_grad():
                y = x * 2
            return y + x

    x = torch.ones(1, requires_grad=True)
    Part()(x).backward()
    assert x.grad.tolist() == [1.0]
    assert thread.here.scope is TOP


# --- hooks --------------------------------------------------------------------------------------


def test_hooks_are_called_in_this_order_with_these_arguments():
    log = []
    model = nn.Sequential(nn.Linear(2, 1, bias=False), nn.ReLU())
    nn.init.constant_(model[0].weight, 3.0)
    for i, part in enumerate(model):
        part.register_forward_pre_hook(
            lambda m, args, i=i: log.append((f"pre {i}", args[0].tolist()))
        )
        part.register_forward_hook(
            lambda m, args, out, i=i: log.append((f"post {i}", args[0].tolist(), out.tolist()))
        )
        part.register_full_backward_pre_hook(
            lambda m, go, i=i: log.append((f"backward pre {i}", go[0].tolist()))
        )
        part.register_full_backward_hook(
            lambda m, gi, go, i=i: log.append((f"backward {i}", gi[0].tolist(), go[0].tolist()))
        )
    x = torch.ones(1, 2, requires_grad=True)
    (model(x) * 5).sum().backward()
    assert log == [
        ("pre 0", [[1.0, 1.0]]),
        ("post 0", [[1.0, 1.0]], [[6.0]]),
        ("pre 1", [[6.0]]),
        ("post 1", [[6.0]], [[6.0]]),
        ("backward pre 1", [[5.0]]),
        ("backward 1", [[5.0]], [[5.0]]),
        ("backward pre 0", [[5.0]]),
        ("backward 0", [[15.0, 15.0]], [[5.0]]),
    ]
    assert x.grad.tolist() == [[15.0, 15.0]]


def register(kind, result, **options):
    return lambda m: getattr(m, f"register_{kind}_hook")(lambda *args: result(*args), **options)


EFFECTS = {
    "input": (register("forward_pre", lambda m, args: args[0] + 1), 6.0, 3.0),
    "inputs": (register("forward_pre", lambda m, args: (args[0] + 1,)), 6.0, 3.0),
    "inputs by name": (
        register(
            "forward_pre", lambda m, args, kwargs: ((), {"input": args[0] + 1}), with_kwargs=True
        ),
        6.0,
        3.0,
    ),
    "output": (register("forward", lambda m, args, out: out * 10), 30.0, 30.0),
    "output, by name": (
        register("forward", lambda m, args, kwargs, out: out * 10, with_kwargs=True),
        30.0,
        30.0,
    ),
    "gradient of the input": (register("full_backward", lambda m, gi, go: (gi[0] * 7,)), 3.0, 21.0),
    "gradient of the output": (
        register("full_backward_pre", lambda m, go: (go[0] * 5,)),
        3.0,
        15.0,
    ),
    "older": (register("backward", lambda m, gi, go: tuple(g and g * 2 for g in gi)), 3.0, 6.0),
}


class Triple(nn.Module):
    def forward(self, input):
        return input * 3


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.filterwarnings("ignore:Using a non-full backward hook")
def test_what_hooks_return_replaces_what_they_were_given(name):
    hook, output, gradient = EFFECTS[name]
    module = Triple()
    if name == "older":
        hook = lambda m: m.register_backward_hook(
            lambda m, gi, go: tuple(None if g is None else g * 2 for g in gi)
        )
    handle = hook(module)
    x = torch.tensor(1.0, requires_grad=True)
    y = module(x)
    y.backward()
    assert (y.item(), x.grad.item()) == (output, gradient)
    handle.remove()
    x.grad = None
    y = module(x)
    y.backward()
    assert (y.item(), x.grad.item()) == (3.0, 3.0)


def test_removing_one_of_two_equal_hooks_leaves_the_other():
    calls = []

    def hook(module, args):
        calls.append(1)

    module = Triple()
    module.register_forward_pre_hook(hook)
    handle = module.register_forward_pre_hook(hook)
    handle.remove()
    handle.remove()
    module(torch.ones(1))
    assert calls == [1]


def test_two_kinds_of_backward_hooks_do_not_mix():
    module = Triple()
    module.register_full_backward_hook(lambda *_: None)
    with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full"):
        module.register_backward_hook(lambda *_: None)


def test_a_backward_hook_without_gradients_of_the_inputs_is_warned_of():
    seen = []
    layer = nn.Linear(2, 1)
    layer.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go[0].tolist())))
    y = layer(torch.ones(1, 2)).sum()
    with pytest.warns(UserWarning, match="Full backward hook is firing"):
        y.backward()
    assert seen == [((None,), [[1.0]])]


def test_hooks_that_are_always_called():
    seen = []
    layer = nn.Linear(2, 1)
    layer.register_forward_hook(lambda m, args, out: seen.append(("always", out)), always_call=True)
    layer.register_forward_hook(lambda m, args, out: seen.append(("never", out)))
    layer.register_forward_hook(lambda m, args, out: 1 / 0, always_call=True)
    with (
        pytest.warns(UserWarning, match="silenced as another error was raised in forward"),
        pytest.raises(RuntimeError, match="cannot be multiplied"),
    ):
        layer(torch.ones(1, 3))
    assert seen == [("always", None)]
