"""Further activations, padding, distances and similarities side by side with torch."""

import pytest
from parity.side_by_side import both, same_words

CLOSE = {"rtol": 1e-9, "atol": 1e-12}
INF = {"inf": float("inf")}
MODULES = (
    "CELU()", "CELU(2.0)", "CELU(alpha=-0.5)", "Mish()", "Hardswish()", "Hardsigmoid()",
    "Hardshrink()", "Hardshrink(1.5)", "Softshrink()", "Softshrink(lambd=1.5)", "Tanhshrink()",
    "Threshold(0.5, 20.0)", "Threshold(threshold=-1.0, value=0.0)", "GLU()", "GLU(0)",
    "GLU(dim=-2)", "Softmin(0)", "Softmin(dim=-1)", "Softmin()",
)  # fmt: skip
IN_PLACE = ("CELU(2.0, True)", "Mish(True)", "Hardswish(True)", "Hardsigmoid(inplace=True)",
            "Threshold(0.1, 20.0, True)")  # fmt: skip


def module(lib, text):
    return eval(f"nn.{text}", {"nn": lib.nn})


@pytest.mark.parametrize("text", MODULES)
def test_modules(text):
    def program(lib):
        layer = module(lib, text)
        x = (lib.randn(4, 6) * 3).double().requires_grad_()
        y = layer(x)
        if "Hardsigmoid" in text:  # torch has its slope, 1/6, as float32
            return y.detach(), repr(layer)
        (g,) = lib.autograd.grad((y * y).sum(), x, create_graph=True)
        (second,) = lib.autograd.grad((g * g).sum(), x)
        return y.tolist(), g.detach(), second, repr(layer), list(layer.state_dict())

    both(program, **CLOSE)


@pytest.mark.parametrize("text", (*MODULES, *IN_PLACE))
def test_modules_in_float32(text):
    def program(lib):
        x = (lib.randn(4, 6) * 3).requires_grad_()
        hidden = x * 1
        y = module(lib, text)(hidden)
        y.sum().backward()
        return y.tolist(), y is hidden, hidden.tolist(), x.grad, repr(module(lib, text))

    both(program, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("text", [*MODULES, "Softmin(1)"])
def test_odd_inputs(text):
    def of(make):
        both(lambda lib: (lambda y: (y.tolist(), str(y.dtype)))(module(lib, text)(make(lib))))

    for kind in ("int64", "bool", "uint8"):
        if not (text.startswith("Threshold") and kind == "uint8"):  # a float is no byte
            of(lambda lib, kind=kind: lib.ones(2, 2, dtype=getattr(lib, kind)))
    of(lambda lib: lib.zeros(0, 2))
    of(lambda lib: lib.tensor(0.5))
    of(lambda lib: lib.ones(3, 3).t())


# --- distances ---------------------------------------------------------------------------------

CALLS = (
    "F.normalize(a)", "F.normalize(a, p=1)", "F.normalize(a, 3.0, 0)", "F.normalize(a, dim=-1)",
    "F.normalize(a, dim=(0, 1))", "F.normalize(a, p=inf, dim=None)", "F.normalize(a, eps=10.0)",
    "F.normalize(a * 0)", "F.normalize(a, dim=5)", "F.normalize(a[0])", "F.normalize(a.long())",
    "F.cosine_similarity(a, b)", "F.cosine_similarity(a, b, 0)",
    "F.cosine_similarity(a, b, dim=-1)",
    "F.cosine_similarity(a, b[0])", "F.cosine_similarity(a[0], b, -1)",
    "F.cosine_similarity(a, b, eps=10.0)", "F.cosine_similarity(a * 0, b)",
    "F.cosine_similarity(a, b, 5)", "F.cosine_similarity(a, b[:, :2])",
    "F.cosine_similarity(a.long(), b.long())", "F.cosine_similarity(a, b.long())",
    "nn.CosineSimilarity()(a, b)", "nn.CosineSimilarity(0, eps=0.1)(a, b)",
    "F.pairwise_distance(a, b)", "F.pairwise_distance(a, b, 1)", "F.pairwise_distance(a, b, p=inf)",
    "F.pairwise_distance(a, a)", "F.pairwise_distance(a, b, eps=0.5, keepdim=True)",
    "F.pairwise_distance(a, b[0])", "F.pairwise_distance(a[0], b)",
    "F.pairwise_distance(a[0], b[0])",
    "F.pairwise_distance(a[0, 0], b[0, 0])", "F.pairwise_distance(a, b[:, :2])",
    "F.pairwise_distance(a.long(), b.long())", "nn.PairwiseDistance(1, keepdim=True)(a, b)",
    "lib.cosine_similarity(a, b)", "lib.pairwise_distance(a, b)",
    "repr(nn.CosineSimilarity()), repr(nn.PairwiseDistance(p=1))",
)  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_distances(call):
    def program(lib):
        a = lib.randn(4, 3).double().requires_grad_()
        b = lib.randn(4, 3).double().requires_grad_()
        y = eval(call, {"lib": lib, "F": lib.nn.functional, "nn": lib.nn, "a": a, "b": b, **INF})
        if isinstance(y, tuple) or not y.requires_grad:
            return y if isinstance(y, tuple) else y.tolist()
        weights = lib.arange(1.0, y.numel() + 1).double().reshape(y.shape)
        gradients = lib.autograd.grad(
            (y * y * weights).sum(), (a, b), allow_unused=True, materialize_grads=True
        )
        return y.tolist(), tuple(y.shape), *gradients

    both(program, **CLOSE)


# --- padding -----------------------------------------------------------------------------------

PADDINGS = {
    (3,): ["(1, 1)", "(1, 2), value=3.5", "(-1, 1)", "(-1, -2)", "(-2, -2)", "(-4, 0)", "()",
           "(1,)", "(1, 1, 1, 1)", "(1.5, 1)", "(1, 1), 'reflect'", "(1, 1), 'constant', None"],
    (2, 3): ["(1, 1)", "(1, 1, 0, 2)", "(0, 0, -1, 1), 'constant', 1.0", "(2, 1), 'reflect'",
             "(3, 1), 'reflect'", "(2, 4), 'replicate'", "(3, 2), 'circular'", "(4, 1), 'circular'",
             "(-1, 1), 'replicate'", "(-1, 1), 'reflect'", "(1, 1), 'none'",
             "(1, 1), mode='reflect'",
             "(1, 1, 1, 1), 'reflect'", "(1, 1), 'reflect', 1.0", "(0, 0), 'reflect'"],
    (2, 2, 3): ["(1, 2)", "(1, 2, 1, 0, 0, 1)", "(1, 2), 'reflect'", "(1, 2, 1, 1), 'reflect'",
                "(1, 2, 1, 3), 'replicate'", "(1, 2, 1, 2), 'circular'", "(1, 1, 2, 0), 'reflect'",
                "(1, 2, 1, 0, 0, 1), 'replicate'"],
    (1, 2, 2, 3): ["(1, 1, 1, 1)", "(1, 1, 1, 1), 'reflect'", "(1, 1), 'reflect'",
                   "(2, 1, 0, 1), 'circular'", "(1, 1, 1, 1, 1, 1), 'reflect'",
                   "(1, 1, 1, 1, 1, 1), 'replicate'"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "arguments"), [(shape, text) for shape in PADDINGS for text in PADDINGS[shape]]
)
def test_padding(shape, arguments):
    def program(lib):
        x = lib.randn(shape).double().requires_grad_()
        y = eval(f"F.pad(x, {arguments})", {"F": lib.nn.functional, "x": x})
        weights = lib.arange(1.0, y.numel() + 1).double().reshape(y.shape)
        (g,) = lib.autograd.grad((y * y * weights).sum(), x, create_graph=True)
        (second,) = lib.autograd.grad((g * g).sum(), x)
        return y.tolist(), tuple(y.shape), g.detach(), second

    both(program, **CLOSE)


@pytest.mark.parametrize("kind", ["int64", "bool", "uint8", "float32"])
@pytest.mark.parametrize("arguments", ["(1, 1)", "(1, 1), value=1", "(1, 0), 'reflect'",
                                       "(1, 1), 'replicate'", "(2, 1), 'circular'"])  # fmt: skip
def test_padding_keeps_the_dtype(kind, arguments):
    def program(lib):
        x = lib.tensor([[0, 1, 1]]).to(getattr(lib, kind))
        return eval(f"F.pad(x, {arguments})", {"F": lib.nn.functional, "x": x})

    both(program)


@pytest.mark.parametrize("program", [
    lambda lib: lib.nn.functional.glu(lib.ones(3)),
    lambda lib: lib.nn.functional.glu(lib.tensor(1.0)),
    lambda lib: lib.nn.functional.celu(lib.ones(2), 0.0),
    lambda lib: lib.nn.functional.pad(lib.ones(2), (1,)),
    lambda lib: lib.nn.functional.pad(lib.ones(2), (1, 1), "none"),
    lambda lib: lib.nn.functional.cosine_similarity(lib.tensor([1]), lib.tensor([1]), 0),
])  # fmt: skip
def test_the_words_of_refusals(program):
    same_words(*both(program))
