"""Layers, losses and optimizers side by side with torch, from the same seed."""

import copy

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")
import tinygrad_edu as tg  # noqa: E402

LIBRARIES = (tg, torch)


def numbers(x):
    return np.asarray(x.detach().numpy())


def both(program):
    return [program(library) for library in LIBRARIES]


def agree(ours, theirs, rtol=1e-5, atol=1e-7):
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert str(ours.dtype) == str(theirs.dtype)
    np.testing.assert_allclose(numbers(ours), numbers(theirs), rtol=rtol, atol=atol)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (0, 3), (2, 0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear(shape, bias):
    def program(lib):
        lib.manual_seed(0)
        layer = lib.nn.Linear(3, 4, bias=bias)
        x = lib.randn(*shape, requires_grad=True)
        y = layer(x)
        (y * y).sum().backward()
        return [y, x.grad, *layer.parameters(), *(p.grad for p in layer.parameters())]

    for ours, theirs in zip(*both(program), strict=True):
        agree(ours, theirs)


@pytest.mark.parametrize("sizes", [(1, 1), (3, 2), (16, 16), (64, 10), (784, 128)])
def test_linear_starts_with_torchs_numbers_to_the_bit(sizes):
    def program(lib):
        lib.manual_seed(3)
        return list(lib.nn.Linear(*sizes).parameters())

    for ours, theirs in zip(*both(program), strict=True):
        np.testing.assert_array_equal(numbers(ours), numbers(theirs))


INITS = [
    "uniform_(w, -2.0, 3.0)",
    "normal_(w, 1.0, 2.0)",
    "constant_(w, 2.5)",
    "zeros_(w)",
    "ones_(w)",
    "xavier_uniform_(w, 1.5)",
    "xavier_normal_(w)",
    "kaiming_uniform_(w, nonlinearity='relu')",
    "kaiming_normal_(w, mode='fan_out')",
]


@pytest.mark.parametrize("call", INITS)
def test_init(call):
    def program(lib):
        lib.manual_seed(1)
        w = lib.zeros(5, 7)
        return eval(f"init.{call}", {"init": lib.nn.init, "w": w})

    agree(*both(program), rtol=1e-6)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gain(name):
    ours, theirs = both(lambda lib: lib.nn.init.calculate_gain(name))
    assert ours == theirs


MODULES = [
    "Sigmoid()",
    "Tanh()",
    "ReLU()",
    "ReLU(inplace=True)",
    "LeakyReLU()",
    "LeakyReLU(0.2, inplace=True)",
    "Softmax(dim=1)",
    "LogSoftmax(dim=-1)",
    "Identity(3, unused=4)",
    "Flatten()",
    "Flatten(0, 1)",
]


@pytest.mark.parametrize("text", MODULES)
def test_activations(text):
    def program(lib):
        lib.manual_seed(0)
        module = eval(f"nn.{text}", {"nn": lib.nn})
        x = lib.randn(4, 3, 2, requires_grad=True)
        y = module(x * 3)
        (y * y * y).sum().backward()
        return repr(module), type(y.grad_fn).__name__ and y.grad_fn.name(), y, x.grad

    (text1, name1, *ours), (text2, name2, *theirs) = both(program)
    assert text1 == text2
    if text != "LeakyReLU(0.2, inplace=True)":  # which is a copy into the input here
        assert name1 == name2
    for a, b in zip(ours, theirs, strict=True):
        agree(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("loss", ["MSELoss", "L1Loss"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(), (5,), (4, 3), (0,)])
@pytest.mark.filterwarnings("ignore:Mean of empty")
def test_losses(loss, reduction, shape):
    def program(lib):
        lib.manual_seed(0)
        x = lib.randn(shape, requires_grad=True)
        t = lib.randn(shape, requires_grad=True)
        y = getattr(lib.nn, loss)(reduction=reduction)(x, t)
        (y * y).sum().backward()
        return y.grad_fn.name(), y, x.grad, t.grad

    (name1, *ours), (name2, *theirs) = both(program)
    assert name1 == name2
    for a, b in zip(ours, theirs, strict=True):
        agree(a, b)


def test_second_derivatives_of_a_network():
    def program(lib):
        lib.manual_seed(0)
        model = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1)).double()
        x = lib.randn(5, 3, dtype=lib.float64, requires_grad=True)
        loss = lib.nn.MSELoss()(model(x), lib.zeros(5, 1, dtype=lib.float64))
        (g,) = lib.autograd.grad(loss, x, create_graph=True)
        (g * g).sum().backward()
        return [x.grad, *(p.grad for p in model.parameters())]

    for ours, theirs in zip(*both(program), strict=True):
        agree(ours, theirs, rtol=1e-9, atol=1e-12)


def network(lib):
    nn = lib.nn

    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.fc = nn.Linear(width, width)
            self.act = nn.LeakyReLU(0.1)
            self.register_buffer("count", lib.zeros(2))
            self.register_buffer("cache", lib.ones(1), persistent=False)

        def forward(self, x):
            return x + self.act(self.fc(x))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 4, bias=False)
            self.blocks = nn.ModuleList([Block(4), Block(4)])
            self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Sequential(nn.Tanh())})
            self.scale = nn.Parameter(lib.ones(2))
            self.tied = self.first

        def forward(self, x):
            x = self.first(x)
            for block in self.blocks:
                x = block(x)
            return self.heads["a"](self.heads["b"](x)) * self.scale

    lib.manual_seed(0)
    return Net()


FACTS = {
    "repr": repr,
    "parameters": lambda m: [n for n, _ in m.named_parameters()],
    "all parameters": lambda m: [n for n, _ in m.named_parameters(remove_duplicate=False)],
    "own parameters": lambda m: [n for n, _ in m.named_parameters(recurse=False)],
    "buffers": lambda m: [n for n, _ in m.named_buffers()],
    "modules": lambda m: [n for n, _ in m.named_modules()],
    "children": lambda m: [n for n, _ in m.named_children()],
    "state": lambda m: list(m.state_dict()),
    "eval": lambda m: [k.training for k in m.eval().modules()],
    "submodule": lambda m: repr(m.get_submodule("blocks.1.fc")),
    "slice": lambda m: repr(m.blocks[:1]),
    "last": lambda m: repr(m.blocks[-1]),
    "keys": lambda m: list(m.heads.keys()),
    "loaded": lambda m: repr(m.load_state_dict(m.state_dict())),
    "copied": lambda m: repr(copy.deepcopy(m)),
}


@pytest.mark.parametrize("fact", FACTS)
def test_what_a_module_is_made_of(fact):
    ours, theirs = both(lambda lib: FACTS[fact](network(lib)))
    assert ours == theirs


FAILURES = {
    "missing and unexpected": lambda lib, m: m.load_state_dict({"x": lib.ones(1)}),
    "size": lambda lib, m: m.load_state_dict({**m.state_dict(), "scale": lib.ones(3)}),
    "not there": lambda lib, m: m.nothing,
    "no parameter": lambda lib, m: setattr(m, "scale", lib.ones(2)),
    "no module": lambda lib, m: setattr(m, "first", 3),
    "index": lambda lib, m: m.blocks[5],
    "key": lambda lib, m: m.heads["c"],
    "name": lambda lib, m: m.register_buffer("a.b", lib.ones(1)),
    "taken": lambda lib, m: m.register_buffer("scale", lib.ones(1)),
    "submodule": lambda lib, m: m.get_submodule("blocks.7"),
    "shapes": lambda lib, m: m(lib.ones(2, 5)),
    "no forward": lambda lib, m: lib.nn.Module()(1),
    "mode": lambda lib, m: m.train("yes"),
    "broadcast": lambda lib, m: lib.nn.functional.mse_loss(lib.ones(2), lib.ones(3)),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_failures_are_of_torchs_class_and_change_nothing(failure):
    def program(lib):
        model = network(lib)
        before = {k: v.clone() for k, v in model.state_dict().items()}
        with pytest.raises(Exception) as caught:
            FAILURES[failure](lib, model)
        for name, tensor in model.state_dict().items():
            assert (tensor == before[name]).all()
        return caught.type, str(caught.value)

    (kind1, text1), (kind2, text2) = both(program)
    assert kind1 is kind2 or issubclass(kind1, kind2)
    assert text1.split()[0].strip("'\"") == text2.split()[0].strip("'\"") or len(text1) > 20


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
def test_hooks_are_called_in_torchs_order_with_torchs_gradients():
    def program(lib):
        lib.manual_seed(0)
        seen = []
        model = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.Sigmoid(), lib.nn.Linear(3, 1))
        for i, m in enumerate(model):
            m.register_forward_pre_hook(lambda m, a, i=i: seen.append(("pre", i, a[0])))
            m.register_forward_hook(lambda m, a, o, i=i: seen.append(("post", i, o)))
            m.register_full_backward_pre_hook(lambda m, g, i=i: seen.append(("bpre", i, g[0])))
            m.register_full_backward_hook(
                lambda m, gi, go, i=i: seen.extend([("gi", i, gi[0]), ("go", i, go[0])])
            )
        x = lib.randn(4, 2)
        model(x).sum().backward()
        return seen

    ours, theirs = both(program)
    assert [(a, i) for a, i, _ in ours] == [(a, i) for a, i, _ in theirs]
    for (_, _, a), (_, _, b) in zip(ours, theirs, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            agree(a, b, atol=1e-6)


OPTIMIZERS = [
    "SGD(p, lr=0.1)",
    "SGD(p, lr=0.05, momentum=0.9)",
    "SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)",
    "SGD(p, lr=0.05, momentum=0.8, dampening=0.3)",
    "SGD(p, lr=0.01, maximize=True)",
    "Adam(p, lr=0.01)",
    "Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1)",
    "Adam(p, lr=0.01, amsgrad=True)",
]


@pytest.mark.parametrize("text", OPTIMIZERS)
def test_a_hundred_steps(text):
    def program(lib):
        lib.manual_seed(0)
        model = lib.nn.Sequential(lib.nn.Linear(4, 8), lib.nn.Sigmoid(), lib.nn.Linear(8, 2))
        x, t = lib.randn(16, 4), lib.randn(16, 2)
        optimizer = eval(f"optim.{text}", {"optim": lib.optim, "p": model.parameters()})
        losses = []
        for _ in range(100):
            optimizer.zero_grad()
            loss = lib.nn.MSELoss()(model(x), t)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    ours, theirs = both(program)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


@pytest.mark.parametrize(
    "text",
    ["SGD(p, lr=-1)", "SGD(p, nesterov=True)", "SGD([], lr=1)", "SGD(p[0], lr=1)", "SGD(3)",
     "Adam(p, betas=(1.0, 0.9))", "Adam(p, eps=-1.0)", "SGD([p[0], p[0]])", "SGD(p, momentum=-1)"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:optimizer contains a parameter group with duplicate")
def test_bad_options(text):
    def program(lib):
        p = [lib.ones(2, requires_grad=True)]
        try:
            eval(f"optim.{text}", {"optim": lib.optim, "p": p})
        except Exception as error:
            return type(error)
        return None

    ours, theirs = both(program)
    assert ours is theirs


def test_the_network_of_scalars_gives_the_numbers_of_the_tensors():
    tg.manual_seed(0)
    model = tg.nn.Sequential(tg.nn.Linear(3, 4), tg.nn.Tanh(), tg.nn.Linear(4, 2)).double()
    x = tg.randn(5, 3, dtype=tg.float64)
    t = tg.randn(5, 2, dtype=tg.float64)
    loss = tg.nn.MSELoss()(model(x), t)
    loss.backward()
    expected = np.concatenate([p.grad.numpy().ravel() for p in model.parameters()])
    model.to(tg.Value)
    scalar = tg.nn.MSELoss()(model(x.tolist()), t.tolist())
    scalar.backward()
    assert scalar.data == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose([p.grad for p in model.parameters()], expected, rtol=1e-10)
    assert [p.label for p in model.parameters()][:4] == [f"0.weight[0,{i}]" for i in range(3)] + [
        "0.weight[1,0]"
    ]
