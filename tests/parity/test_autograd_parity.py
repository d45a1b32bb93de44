# ruff: noqa: E501 - a program is a line of a table
"""Autograd against torch: small programs, run under both libraries, must come to the same.

A program is a line of a table; its last expression is what is compared: numbers, shapes, dtypes,
whether it requires grad, whether it is a leaf, the name of the node that made it, or the error.
"""

import pytest
from comparing import programs, same_in_both

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")


@programs("""
x = torch.tensor(3.0, requires_grad=True); (x * x).backward(); x.grad
x = torch.tensor(3.0, requires_grad=True); x.backward(); x.grad
x = torch.tensor(3.0, requires_grad=True); (x * x).backward(); (x * 2).backward(); x.grad
x = torch.ones(2, requires_grad=True); (x * 3).backward(torch.tensor([1.0, 2.0])); x.grad
x = torch.ones(2, requires_grad=True); (x * 3).backward()
x = torch.ones(2, requires_grad=True); (x * 3).backward(torch.ones(3))
x = torch.ones(1, requires_grad=True); (x * 3).backward(); x.grad
x = torch.ones(1, 1, requires_grad=True); (x * 3).backward(); x.grad
x = torch.ones(2, requires_grad=True); (x * 3).backward(gradient=torch.ones(2)); x.grad
x = torch.ones(2, requires_grad=True); (x * 3).backward(torch.ones(2, dtype=torch.float64)); x.grad
x = torch.ones(()); x.backward()
x = torch.ones((), requires_grad=True); y = x * x; y.backward(); y.backward()
x = torch.ones((), requires_grad=True); y = x + x; y.backward(); y.backward(); x.grad
x = torch.ones((), requires_grad=True); y = x * x; y.backward(retain_graph=True); y.backward(); x.grad
x = torch.ones((), requires_grad=True); y = x.exp(); z = y * 2; z.backward(); (y * 3).backward()
x = torch.ones((), requires_grad=True); y = x * x; y.backward(create_graph=True); x.grad.requires_grad, x.grad.detach()
x = torch.ones((), requires_grad=True); y = x * x * x; y.backward(create_graph=True); g = x.grad; x.grad = None; g.backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x.detach(); y.requires_grad, y.is_leaf, y.grad_fn
x = torch.ones(2, requires_grad=True); y = x * 2; z = y.detach() * y; z.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x.clone(); y.sum().backward(); y.grad_fn.name(), x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.sum().backward(); y.is_leaf, y.requires_grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.retain_grad(); (y * 3).sum().backward(); y.grad, x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.retain_grad(); y.retain_grad(); (y * 3).sum().backward(); y.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.retain_grad(); (y * 3).sum().backward(retain_graph=True); (y * 3).sum().backward(); y.grad
x = torch.ones(2, requires_grad=True); x.retain_grad(); x.sum().backward(); x.grad
torch.ones(2).retain_grad()
x = torch.ones(2, requires_grad=True); (x * 2).requires_grad_(False)
x = torch.ones(2); x.requires_grad = True; (x * 2).sum().backward(); x.grad
x = torch.ones(2); x.requires_grad_().requires_grad_(False); x.requires_grad
x = torch.ones(2, dtype=torch.int64); x.requires_grad = True
x = torch.ones(2, requires_grad=True); (x > 0).requires_grad, x.long().requires_grad, x.argmax().requires_grad
x = torch.ones(2, requires_grad=True); y = torch.ones(2, requires_grad=True); (x * y).sum().backward(inputs=[x]); x.grad, y.grad
x = torch.ones(2, requires_grad=True); y = torch.ones(2, requires_grad=True); (x * y).sum().backward(inputs=x); x.grad, y.grad
x = torch.ones(2, requires_grad=True); y = x * 2; (y * y).sum().backward(inputs=[y, x]); y.is_leaf, x.grad
x = torch.ones(2, requires_grad=True); (x * 2).sum().backward(inputs=[])
x = torch.ones(2, requires_grad=True); torch.autograd.backward([x.sum(), (x * x).sum()]); x.grad
x = torch.ones(2, requires_grad=True); torch.autograd.backward([x, x * 2], [torch.ones(2), torch.ones(2)]); x.grad
x = torch.ones(2, requires_grad=True); torch.autograd.backward([x, (x * 2).sum()], [torch.ones(2), None]); x.grad
x = torch.ones(2, requires_grad=True); torch.autograd.backward([x, x], [torch.ones(2)]); x.grad
x = torch.ones(2, requires_grad=True); y = (x * x).sum(); torch.autograd.backward([y, y]); x.grad
x = torch.tensor(2.0, requires_grad=True); torch.autograd.grad(x**3, x)
x = torch.tensor(2.0, requires_grad=True); torch.autograd.grad(x**3, [x]), x.grad
x = torch.tensor(2.0, requires_grad=True); y = x**3; torch.autograd.grad(y, (x, y))
x = torch.tensor(2.0, requires_grad=True); torch.autograd.grad(x, x)
x = torch.tensor(2.0, requires_grad=True); torch.autograd.grad([x**2, x**3], x)
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x * 2, x)
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x * 2, x, torch.ones(2))
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x * 2, x, grad_outputs=[torch.ones(2)])
x = torch.ones(2, requires_grad=True); torch.autograd.grad([x * 2, x.sum()], x, grad_outputs=[torch.ones(2), None])
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x * 2, x, torch.ones(3))
x = torch.ones(2, requires_grad=True); y = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), y)
x = torch.ones(2, requires_grad=True); y = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), [x, y], allow_unused=True)
x = torch.ones(2, requires_grad=True); y = torch.full((2,), inf, requires_grad=True); torch.autograd.grad(x.sum(), [x, y], materialize_grads=True)
x = torch.ones(2, requires_grad=True); y = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), [x, y], allow_unused=False, materialize_grads=True)
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), torch.ones(2))
x = torch.ones(2, requires_grad=True); torch.autograd.grad(torch.ones(()), x)
x = torch.ones(2, requires_grad=True); y = x * 2; torch.autograd.grad((y * y).sum(), y)
x = torch.ones((), requires_grad=True); y = x * x; torch.autograd.grad(y, x); torch.autograd.grad(y, x)
x = torch.ones((), requires_grad=True); y = x * x; torch.autograd.grad(y, x, retain_graph=True), torch.autograd.grad(y, x)
x = torch.tensor(2.0, requires_grad=True); (g,) = torch.autograd.grad(x**3, x, create_graph=True); g
x = torch.tensor(2.0, requires_grad=True); (g,) = torch.autograd.grad(x**4, x, create_graph=True); (h,) = torch.autograd.grad(g, x, create_graph=True); torch.autograd.grad(h, x)
x = torch.tensor([1.0, 2.0], requires_grad=True); (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True); g.sum().backward(); x.grad
x = torch.tensor(2.0, requires_grad=True); (g,) = torch.autograd.grad(x * 3, x, create_graph=True); g.requires_grad
x = torch.tensor(2.0, requires_grad=True); w = torch.tensor(3.0, requires_grad=True); (g,) = torch.autograd.grad(w * x**2, x, create_graph=True); (g * g).backward(); x.grad, w.grad
x = torch.tensor(2.0, requires_grad=True); y = x.double() * 2; y.backward(); x.grad
x = torch.tensor([1.0, 2.0], requires_grad=True); y = x * torch.ones(2, dtype=torch.float64); y.sum().backward(); y, x.grad
x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True); y = torch.ones(3) * x; y.sum().backward(); y, x.grad
x = torch.tensor([2, 3]); w = torch.tensor(1.5, requires_grad=True); y = x * w; y.sum().backward(); y, w.grad
x = torch.ones(3, 1, requires_grad=True); y = torch.ones(1, 4, requires_grad=True); (x * y).sum().backward(); x.grad, y.grad
x = torch.ones(2, requires_grad=True); y = x.expand(3, 2); y.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x; exec("for _ in range(50):\\n    y = y + y * 0.1"); y.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); a, b = x; (a * b * b).backward(); x.grad
x = torch.arange(6.0, requires_grad=True); y = x.reshape(2, 3); (y @ y.T).sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); (x / 0).sum().backward(); x.grad
x = torch.zeros(2, requires_grad=True); (x / x).sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.grad_fn is (y.grad_fn), y.grad
x = torch.ones(2, requires_grad=True); (x.sum() * 0).backward(); x.grad
x = torch.ones(2, requires_grad=True); x.sum().backward(); g = x.grad; x.sum().backward(); g is x.grad, g
x = torch.ones(2, requires_grad=True); x.grad = torch.ones(2); x.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); x.grad = torch.ones(3)
x = torch.ones(2, requires_grad=True); x.grad = 1
x = torch.ones(2, requires_grad=True); x.grad = torch.ones(2, dtype=torch.float64)
""")
def test_backward_and_grad(program: str) -> None:
    same_in_both(program, torch)


@programs("""
x = torch.ones(2, requires_grad=True); seen = []; x.register_hook(lambda g: seen.append(g)); (x * 2).sum().backward(); seen, x.grad
x = torch.ones(2, requires_grad=True); x.register_hook(lambda g: g * 10); (x * 2).sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); x.register_hook(lambda g: g * 10); x.register_hook(lambda g: g + 1); (x * 2).sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.register_hook(lambda g: g * 10); (y * 3).sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.register_hook(lambda g: g * 10); y.retain_grad(); (y * 3).sum().backward(); y.grad, x.grad
x = torch.ones(2, requires_grad=True); y = x * 2; y.retain_grad(); y.register_hook(lambda g: g * 10); (y * 3).sum().backward(); y.grad, x.grad
x = torch.ones(2, requires_grad=True); seen = []; y = x * 2; y.register_hook(lambda g: seen.append("y")); x.register_hook(lambda g: seen.append("x")); y.sum().backward(); seen
x = torch.ones(2, requires_grad=True); seen = []; x.register_hook(lambda g: seen.append(g)); (x * x + x).sum().backward(); seen
x = torch.ones(2, requires_grad=True); h = x.register_hook(lambda g: g * 10); h.remove(); x.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); h = x.register_hook(lambda g: g * 10); h.remove(); h.remove(); x.sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); x.register_hook(lambda g: torch.ones(3)); x.sum().backward()
x = torch.ones(2, requires_grad=True); x.register_hook(lambda g: 1.0); x.sum().backward()
x = torch.ones(2, requires_grad=True); x.register_hook(lambda g: g * 10); torch.autograd.grad(x.sum(), x)
x = torch.ones(2, requires_grad=True); y = x * 2; y.register_hook(lambda g: g * 10); torch.autograd.grad(y.sum(), y)
x = torch.ones(2, requires_grad=True); y = x * 2; y.register_hook(lambda g: g * 10); torch.autograd.grad((y * y).sum(), x)
x = torch.ones(2, requires_grad=True); x.register_hook(lambda g: g * g); (x**3).sum().backward(create_graph=True); x.grad.requires_grad, x.grad.detach()
x = torch.ones(2, requires_grad=True); y = x * 2; y.register_hook(lambda g: g * g); (g,) = torch.autograd.grad((y**3).sum(), x, create_graph=True); torch.autograd.grad(g.sum(), x)
torch.ones(2).register_hook(print)
x = torch.ones(2, requires_grad=True); y = x * 2; z = y.exp(); y.register_hook(lambda g: g * 0); (z + y).sum().backward(); x.grad
x = torch.ones(2, requires_grad=True); seen = []; x.register_hook(lambda g: seen.append(g.requires_grad)); (x**2).sum().backward(create_graph=True); (x**2).sum().backward(); seen
x = torch.ones(2, requires_grad=True); exec("with x.register_hook(lambda g: g * 10):\\n    x.sum().backward()"); x.sum().backward(); x.grad
""")
def test_hooks(program: str) -> None:
    same_in_both(program, torch)


@programs("""
torch.is_grad_enabled()
x = torch.ones(2, requires_grad=True); exec("with torch.no_grad():\\n    y = x * 2", globals := {"torch": torch, "x": x}); globals["y"]
x = torch.ones(2, requires_grad=True); f = torch.no_grad()(lambda x: x * 2); f(x)
x = torch.ones(2, requires_grad=True); f = torch.no_grad()(lambda x: torch.enable_grad()(lambda: x * 2)()); f(x)
x = torch.ones(2, requires_grad=True); f = torch.enable_grad()(lambda x: x * 2); f(x)
x = torch.ones(2, requires_grad=True); f = torch.set_grad_enabled(False); y = x * 2; f = torch.set_grad_enabled(True); y, x * 2
x = torch.ones(2, requires_grad=True); f = torch.inference_mode()(lambda: (x * 2).requires_grad); f()
x = torch.ones(2, requires_grad=True); f = torch.inference_mode(False)(lambda: (x * 2).requires_grad); f()
x = torch.ones(2, requires_grad=True); f = torch.no_grad()(lambda: torch.ones(2, requires_grad=True).requires_grad); f()
x = torch.ones(2, requires_grad=True); f = torch.no_grad()(lambda: x.detach().requires_grad_()); f()
x = torch.ones(2, requires_grad=True); f = torch.no_grad()(lambda: (x * 2).backward(torch.ones(2))); f()
x = torch.ones(2, requires_grad=True); y = (x * x).sum(); f = torch.no_grad()(lambda: y.backward()); f(); x.grad
x = torch.ones(2, requires_grad=True); y = (x * x).sum(); f = torch.no_grad()(lambda: torch.autograd.grad(y, x, create_graph=True)); f()
torch.no_grad()(lambda: torch.is_grad_enabled())(), torch.is_grad_enabled()
m = torch.no_grad(); a = m.__enter__(); b = torch.is_grad_enabled(); m.__exit__(None, None, None); b, torch.is_grad_enabled()
""")
def test_grad_modes(program: str) -> None:
    same_in_both(program, torch)


@programs("""
m = torch.nn.Linear(2, 1); torch.autograd.grad(m(torch.ones(3, 2)).sum(), m.parameters())
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), iter([x]))
x = torch.ones(2, requires_grad=True); torch.autograd.grad(iter([x.sum()]), x)
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), 'a')
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), [x, 1])
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), 1)
x = torch.ones(2, requires_grad=True); torch.autograd.grad('a', x)
x = torch.ones(2, requires_grad=True); torch.autograd.grad([x.sum(), 1], x)
x = torch.ones(2, requires_grad=True); torch.autograd.grad(1, x)
x = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), x, 'a')
x = torch.ones(2, requires_grad=True); torch.autograd.backward([x.sum(), 'a'])
torch.autograd.backward(1)
m = torch.nn.Linear(2, 1); torch.autograd.backward(m(torch.ones(3, 2)).sum(), inputs=list(m.parameters())); m.weight.grad
""")
def test_what_is_given_to_grad(program: str) -> None:
    same_in_both(program, torch)


NESTED_GRAD_MODES = """
@torch.no_grad()
def work(x):
    if x is None:
        raise KeyError("x")
    return x * 2

x = torch.ones(2, requires_grad=True)
states = [work(x).requires_grad, torch.is_grad_enabled()]
try:
    work(None)
except KeyError:
    states.append(torch.is_grad_enabled())
with torch.no_grad():
    with torch.enable_grad():
        states.append(torch.is_grad_enabled())
        with torch.no_grad():
            states.append(torch.is_grad_enabled())
        states.append(torch.is_grad_enabled())
    states.append(torch.is_grad_enabled())
    with torch.set_grad_enabled(True):
        states.append(torch.is_grad_enabled())
    with torch.inference_mode():
        states.append((x * 2).requires_grad)
states
"""

CUBE = """
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3
    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x**2
x = torch.tensor([1.0, 2.0], requires_grad=True)
"""
"""A function of one input with one output."""

BOTH = """
class Both(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y, scale):
        ctx.save_for_backward(x, y)
        ctx.scale = scale
        outputs = x * y * scale, {second}
        {also}
        return outputs
    @staticmethod
    def backward(ctx, g, h):
        x, y = ctx.saved_tensors
        seen.append((ctx.needs_input_grad, g, h))
        h = 0 if h is None else h
        return {returned}
seen = []
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = torch.tensor([3.0, 4.0], requires_grad=True)
"""
"""A function of two inputs and a number, with two outputs; the parts in braces vary."""

SETUP = """
class Scale(torch.autograd.Function):
    @staticmethod
    def forward(x, factor):
        return x * factor
    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.factor = inputs
        ctx.save_for_backward(x, output)
    @staticmethod
    def backward(ctx, g):
        x, output = ctx.saved_tensors
        return g * ctx.factor, None
x = torch.tensor([1.0, 2.0], requires_grad=True)
"""
"""A function whose forward takes no ctx."""


def both(
    program: str,
    returned: str = "g * y * ctx.scale + h, g * x * ctx.scale + h, None",
    second: str = "x + y",
    also: str = "pass",
) -> str:
    """Make a program that uses `Both`, with some of its lines changed."""
    return BOTH.format(returned=returned, second=second, also=also) + program


FUNCTIONS = (
    CUBE + "y = Cube.apply(x); y.sum().backward(); y, x.grad",
    CUBE + "y = Cube.apply(x); y.grad_fn.name(), y.is_leaf, y.requires_grad",
    CUBE + "y = Cube.apply(x); y.grad_fn.next_functions[0][0].name().split('::')[-1]",
    CUBE + "Cube.apply(x.detach())",
    CUBE + "torch.no_grad()(lambda: Cube.apply(x))()",
    CUBE + "y = (Cube.apply(x * 2) * x).sum(); y.backward(); x.grad",
    CUBE + "y = Cube.apply(Cube.apply(x)); y.sum().backward(); x.grad",
    CUBE + "y = Cube.apply(x)[0] + Cube.apply(x).sum(); y.backward(); x.grad",
    CUBE + "g, = torch.autograd.grad(Cube.apply(x).sum(), x, create_graph=True); torch.autograd.grad(g.sum(), x)",
    CUBE + "g, = torch.autograd.grad(Cube.apply(x).exp().sum(), x, create_graph=True); torch.autograd.grad(g.sum(), x)",
    CUBE + "y = Cube.apply(x).sum(); y.backward(); y.backward()",
    CUBE + "y = Cube.apply(x).sum(); y.backward(retain_graph=True); y.backward(); x.grad",
    CUBE + "w = x * 1; y = Cube.apply(w); w += 1; y.sum().backward()",
    CUBE + "y = Cube.apply(x); y += 1; y.sum().backward(); x.grad",
    CUBE + "y = Cube.apply(x); y.register_hook(lambda g: g * 10); y.sum().backward(); x.grad",
    CUBE + "y = Cube.apply(x); y.retain_grad(); (y * 2).sum().backward(); y.grad",
    CUBE.replace("return x**3", "return x") + "y = Cube.apply(x); y is x, y",
    CUBE.replace("def backward", "def other") + "Cube.apply(x).sum().backward()",
    both("a, b = Both.apply(x, y, 2.0); (a.sum() + b.sum()).backward(); seen, x.grad, y.grad"),
    both("a, b = Both.apply(x, y, 2.0); a.sum().backward(); seen, x.grad, y.grad"),
    both("a, b = Both.apply(x, y, 2.0); b.sum().backward(); seen, x.grad, y.grad"),
    both("a, b = Both.apply(x, y, 2.0); (a * b).sum().backward(); seen, x.grad, y.grad"),
    both("a, b = Both.apply(x, y.detach(), 2.0); (a * b).sum().backward(); seen, x.grad, y.grad"),
    both("a, b = Both.apply(x, x, 2.0); (a * b).sum().backward(); x.grad"),
    both("a, b = Both.apply(x, y, 2.0); torch.autograd.grad((a * b).sum(), [x, y, a, b])"),
    both("a, b = Both.apply(x, y, 2.0); g, = torch.autograd.grad((a * b).sum(), x, create_graph=True); torch.autograd.grad(g.sum(), [x, y])"),
    both("a, b = Both.apply(x, y, 2.0); a.register_hook(lambda g: g * 10); (a + b).sum().backward(); x.grad"),
    both("a, b = Both.apply(x, y, 2.0); a.retain_grad(); (a * b).sum().backward(); a.grad"),
    both("a, b = Both.apply(x, y, 2.0); (a + b).sum().backward(); x.grad, y.grad", returned="None, g * x, None"),
    both("a, b = Both.apply(x, y, 2.0); (a + b).sum().backward()", returned="g, g, g"),
    both("a, b = Both.apply(x, y, 2.0); (a + b).sum().backward()", returned="g, g"),
    both("a, b = Both.apply(x, y, 2.0); (a + b).sum().backward()", returned="torch.ones(3), g, None"),
    both("a, b = Both.apply(x, y, 2.0); (a + b).sum().backward(); x.grad", returned="g, g, None, None"),
    both("a, b = Both.apply(x, y, 2.0); a.sum().backward(); seen, x.grad", also="ctx.set_materialize_grads(False)"),
    both("a, b = Both.apply(x, y, 2.0); a.sum().backward(); b, seen, x.grad", second="x > 1", also="ctx.mark_non_differentiable(outputs[1])"),
    both("a, b = Both.apply(x, y, 2.0); a.grad_fn.name(), b.grad_fn.name(), a.is_leaf"),
    SETUP + "y = Scale.apply(x, 3.0); y.sum().backward(); y, x.grad",
    SETUP + "y = Scale.apply(x, 3.0); y.sum().backward(); y.sum().backward()",
    SETUP + "y = Scale.apply(x, x.detach()); y.sum().backward()",
)  # fmt: skip


@pytest.mark.parametrize("program", [NESTED_GRAD_MODES, *FUNCTIONS])
def test_longer_programs(program: str) -> None:
    same_in_both(program, torch)
