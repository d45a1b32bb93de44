"""Hooks of modules side by side with torch: their order, arguments and effects."""

import pytest
from comparing import Raised, outcome
from parity.side_by_side import both

# --- hooks --------------------------------------------------------------------------------------


class Log(list):
    """Collects what hooks see."""

    def hook(self, name, result=None, module=None):
        def called(m, *args):
            self.append((name, type(m).__name__, *args))
            return result(*args) if callable(result) else result

        return called


def all_hooks(lib, inputs_need_gradients):
    log = Log()
    model = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.Sigmoid(), lib.nn.Linear(3, 1))
    for i, part in enumerate([*model, model]):
        part.register_forward_pre_hook(log.hook(f"pre {i}"))
        part.register_forward_hook(log.hook(f"post {i}"))
        part.register_full_backward_pre_hook(log.hook(f"backward pre {i}"))
        part.register_full_backward_hook(log.hook(f"backward {i}"))
    x = lib.randn(4, 2, requires_grad=inputs_need_gradients)
    y = model(x)
    (y * y).sum().backward()
    return log, y, x.grad, [p.grad for p in model.parameters()]


@pytest.mark.parametrize("inputs_need_gradients", [True, False])
def test_hooks_are_called_in_torchs_order_with_torchs_gradients(inputs_need_gradients):
    both(lambda lib: all_hooks(lib, inputs_need_gradients))


def run_hooked(register, **call):
    """Make a program that registers hooks on a layer, calls it, and tells what happened."""

    def program(lib):
        log = Log()
        layer = lib.nn.Linear(2, 2)
        register(lib, layer, log)
        x = lib.ones(1, 2, requires_grad=True)
        y = outcome(lambda: layer(x, **call))
        if not isinstance(y, Raised) and hasattr(y, "backward"):
            log.append(outcome(lambda: (y * y).sum().backward()))
        return log, y, x.grad

    return program


HOOKS = {
    "pre changes the input": lambda lib, m, log: m.register_forward_pre_hook(
        log.hook("pre", lambda args: args[0] * 2)
    ),
    "pre returns a tuple": lambda lib, m, log: m.register_forward_pre_hook(
        log.hook("pre", lambda args: (args[0] * 3,))
    ),
    "pre with kwargs": lambda lib, m, log: m.register_forward_pre_hook(
        log.hook("pre", lambda args, kwargs: ((), {"input": args[0] * 2})), with_kwargs=True
    ),
    "pre with kwargs returns one": lambda lib, m, log: m.register_forward_pre_hook(
        log.hook("pre", lambda args, kwargs: args[0]), with_kwargs=True
    ),
    "post changes the output": lambda lib, m, log: m.register_forward_hook(
        log.hook("post", lambda args, output: output * 2)
    ),
    "post with kwargs": lambda lib, m, log: m.register_forward_hook(
        log.hook("post", lambda args, kwargs, output: output + 1), with_kwargs=True
    ),
    "order": lambda lib, m, log: [
        m.register_forward_hook(log.hook("first")),
        m.register_forward_hook(log.hook("second"), prepend=True),
        m.register_forward_pre_hook(log.hook("third")),
        m.register_forward_pre_hook(log.hook("fourth"), prepend=True),
        m.register_full_backward_hook(log.hook("fifth")),
        m.register_full_backward_hook(log.hook("sixth"), prepend=True),
        m.register_full_backward_pre_hook(log.hook("seventh")),
        m.register_full_backward_pre_hook(log.hook("eighth"), prepend=True),
    ],
    "mixed kinds in order": lambda lib, m, log: [
        m.register_forward_hook(log.hook("kwargs"), with_kwargs=True),
        m.register_forward_hook(log.hook("plain")),
    ],
    "removed": lambda lib, m, log: m.register_forward_hook(log.hook("post")).remove(),
    "removed twice": lambda lib, m, log: (lambda h: (h.remove(), h.remove()))(
        m.register_forward_pre_hook(log.hook("pre"))
    ),
    "one of two equal": lambda lib, m, log: (
        lambda hook: (m.register_forward_hook(hook), m.register_forward_hook(hook).remove())
    )(log.hook("same")),
    "handle as a context": lambda lib, m, log: use_handle(lib, m, log),
    "gradients of inputs changed": lambda lib, m, log: m.register_full_backward_hook(
        log.hook("backward", lambda gi, go: (gi[0] * 10,))
    ),
    "gradients of outputs changed": lambda lib, m, log: m.register_full_backward_pre_hook(
        log.hook("backward pre", lambda go: (go[0] * 10,))
    ),
    "wrong number of gradients": lambda lib, m, log: m.register_full_backward_hook(
        log.hook("backward", lambda gi, go: (gi[0], gi[0]))
    ),
    "wrong number before": lambda lib, m, log: m.register_full_backward_pre_hook(
        log.hook("backward pre", lambda go: ())
    ),
    "both kinds": lambda lib, m, log: [
        m.register_backward_hook(log.hook("old")),
        m.register_full_backward_hook(log.hook("full")),
    ],
    "both kinds, full first": lambda lib, m, log: [
        m.register_full_backward_hook(log.hook("full")),
        m.register_backward_hook(log.hook("old")),
    ],
    "raising": lambda lib, m, log: m.register_forward_hook(lambda m, a, o: 1 / 0),
    "always called": lambda lib, m, log: [
        m.register_forward_hook(log.hook("always"), always_call=True),
        m.register_forward_hook(log.hook("never")),
        m.register_forward_hook(lambda m, a, o: 1 / 0, always_call=True),
        m.register_forward_hook(log.hook("rest"), always_call=True, with_kwargs=True),
    ],
}


def use_handle(lib, m, log):
    with m.register_forward_hook(log.hook("inside")):
        m(lib.ones(1, 2))


@pytest.mark.parametrize("name", HOOKS)
def test_hooks(name):
    if "both kinds" in name:
        both(lambda lib: HOOKS[name](lib, lib.nn.Linear(1, 1), Log()))
    else:
        both(run_hooked(HOOKS[name]))


def test_hooks_that_are_always_called_see_a_failed_forward():
    def program(lib):
        log = Log()
        layer = lib.nn.Linear(2, 2)
        layer.register_forward_hook(log.hook("always"), always_call=True)
        layer.register_forward_hook(log.hook("never"))
        layer.register_forward_hook(lambda m, a, o: 1 / 0, always_call=True)
        result = outcome(lambda: layer(lib.ones(1, 3)))
        return log, result

    both(program)


def test_hooks_see_keyword_arguments():
    def register(lib, m, log):
        m.register_forward_pre_hook(log.hook("pre"), with_kwargs=True)
        m.register_forward_hook(log.hook("post"), with_kwargs=True)

    def program(lib):
        log = Log()
        layer = lib.nn.Linear(2, 2)
        register(lib, layer, log)
        return log, layer(input=lib.ones(1, 2))

    both(program)


def several(lib, used):
    """Hook a module with two inputs, a number, and three outputs of which some are used."""

    class Two(lib.nn.Module):
        def forward(self, a, b, factor, c):
            return a * b, b * factor, c * 2

    log = Log()
    module = Two()
    module.register_full_backward_pre_hook(log.hook("backward pre"))
    module.register_full_backward_hook(log.hook("backward"))
    a, b = (lib.randn(2, requires_grad=True) for _ in range(2))
    results = module(a, b, 3.0, lib.ones(2))
    sum(results[i].sum() for i in used).backward()
    return log, a.grad, b.grad, [r.requires_grad for r in results]


@pytest.mark.parametrize("used", [(0, 1), (0,), (1,)])
def test_backward_hooks_of_modules_with_several_inputs_and_outputs(used):
    both(lambda lib: several(lib, used))


def test_backward_hooks_pass_second_derivatives():
    def program(lib):
        log = Log()
        model = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.Tanh())
        model.register_full_backward_hook(log.hook("backward", lambda gi, go: (gi[0] * 2,)))
        x = lib.randn(1, 2, requires_grad=True)
        (g,) = lib.autograd.grad(model(x).sum(), x, create_graph=True)
        (g * g).sum().backward()
        return [[part.detach() for part in entry[2]] for entry in log], g.detach(), x.grad

    both(program)


def test_backward_hooks_without_recording():
    def program(lib):
        log = Log()
        layer = lib.nn.Linear(2, 2)
        layer.register_full_backward_hook(log.hook("backward"))
        with lib.no_grad():
            return layer(lib.ones(1, 2)), log

    both(program)


def test_a_full_hook_on_a_module_that_returns_a_list():
    def program(lib):
        class Listed(lib.nn.Module):
            def forward(self, x):
                return [x * 2]

        log = Log()
        module = Listed()
        module.register_full_backward_hook(log.hook("backward"))
        x = lib.ones(2, requires_grad=True)
        module(x)[0].sum().backward()
        return log, x.grad

    both(program)


@pytest.mark.parametrize("text", ["ReLU()", "Tanh()", "Sequential(nn.Tanh(), nn.ReLU())"])
@pytest.mark.parametrize("factor", [None, 5])
def test_the_older_backward_hooks(text, factor):
    def program(lib):
        log = Log()
        module = eval(f"nn.{text}", {"nn": lib.nn})
        change = None if factor is None else lambda gi, go: (gi[0] * factor,)
        module.register_backward_hook(log.hook("old", change))
        x = lib.randn(3, dtype=lib.float64).requires_grad_()
        y = module(x * 2)
        (y * y).sum().backward()
        return log, x.grad

    both(program)
