"""Every module of nn, compiled and as a printed program, against eager ones, bit for bit."""

import copy
import warnings
from collections.abc import Callable

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn, trace

Draw = Callable[[np.random.Generator], torch.Tensor]


def floats(*shape: int, scale: float = 2.0, gradient: bool = True) -> Draw:
    """Draw an input, with numbers at which functions have their kinks."""

    def draw(numbers: np.random.Generator) -> torch.Tensor:
        x = (numbers.normal(size=shape) * scale).astype(np.float32)
        flat = x.reshape(-1)
        flat[numbers.integers(flat.size, size=3)] = [0.0, -0.0, 1.0]
        return torch.tensor(x, requires_grad=gradient)

    return draw


def shares(*shape: int) -> Draw:
    """Draw numbers between 0 and 1."""
    return lambda numbers: torch.tensor(
        numbers.uniform(0.05, 0.95, shape).astype(np.float32), requires_grad=True
    )


def classes(count: int, *shape: int) -> Draw:
    """Draw whole numbers."""
    return lambda numbers: torch.tensor(numbers.integers(count, size=shape))


HERE = floats(4, 3)
PAIR = (HERE, floats(4, 3))
IMAGE, SEQUENCE = floats(2, 2, 6, 6), floats(2, 2, 9)

MODULES: dict[str, tuple[Draw, ...]] = {
    **dict.fromkeys(
        (
            *("Identity()", "Tanh()", "Sigmoid()", "ReLU()", "ReLU6()"),
            *("LeakyReLU()", "LeakyReLU(0.3)", "PReLU()", "PReLU(3)", "ELU()", "ELU(0.5)"),
            *("CELU()", "CELU(0.5)", "SELU()", "GELU()", 'GELU("tanh")', "SiLU()", "Mish()"),
            *("Softplus()", "Softplus(2.0, 3.0)", "Softsign()", "Tanhshrink()", "LogSigmoid()"),
            *("Hardtanh()", "Hardtanh(-0.5, 0.25)", "Hardsigmoid()", "Hardswish()"),
            *("Hardshrink()", "Hardshrink(0.1)", "Softshrink()", "Softshrink(0.1)"),
            *("Threshold(0.5, 2.0)", "Softmax(1)", "Softmin(0)", "LogSoftmax(1)"),
            *("Linear(3, 4)", "Linear(3, 4, bias=False)", "LazyLinear(2)", "Flatten(0)"),
            *("Dropout(0.4)", "Dropout(0.0)", "LayerNorm(3)", "BatchNorm1d(3)"),
            *("LayerNorm((4, 3), elementwise_affine=False)", "Unflatten(1, (1, 3))"),
            *("BatchNorm1d(3, affine=False)", "BatchNorm1d(3, track_running_stats=False)"),
            *("BatchNorm1d(3, momentum=None)", "Sequential(nn.Linear(3, 2), nn.ReLU(True))"),
        ),
        (HERE,),
    ),
    "GLU()": (floats(4, 6),),
    **dict.fromkeys(
        (
            *("Conv2d(2, 3, 3)", "Conv2d(2, 3, 2, stride=2, padding=1, bias=False)"),
            *('Conv2d(2, 2, 3, padding="same", groups=2)', "Conv2d(2, 2, 2, dilation=2)"),
            *("LazyConv2d(2, 3)", "BatchNorm2d(2)", "MaxPool2d(2)", "AvgPool2d(2)"),
            *("MaxPool2d(3, stride=1, padding=1)", "MaxPool2d(2, return_indices=True)"),
            *("AvgPool2d(3, stride=2, padding=1, count_include_pad=False)", "Flatten()"),
            *("AdaptiveAvgPool2d(1)", "AdaptiveAvgPool2d((2, 3))", "Dropout2d(0.5)"),
        ),
        (IMAGE,),
    ),
    **dict.fromkeys(
        ("Conv1d(2, 3, 3)", "LazyConv1d(2, 3, stride=2)", "MaxPool1d(2)", "AvgPool1d(3, 2)"),
        (SEQUENCE,),
    ),
    **dict.fromkeys(
        (
            *("MSELoss()", 'MSELoss(reduction="sum")', "L1Loss()", 'L1Loss(reduction="none")'),
            *("HuberLoss()", "HuberLoss(delta=0.3)", "SmoothL1Loss()", "SmoothL1Loss(beta=0.0)"),
            *("CosineSimilarity()", "PairwiseDistance()", "PairwiseDistance(1.0, keepdim=True)"),
        ),
        PAIR,
    ),
    "BCEWithLogitsLoss()": (HERE, shares(4, 3)),
    "BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 3.0]))": (HERE, shares(4, 3)),
    "BCELoss()": (shares(4, 3), shares(4, 3)),
    'KLDivLoss(reduction="batchmean")': (HERE, shares(4, 3)),
    'KLDivLoss(reduction="sum", log_target=True)': PAIR,
    "CrossEntropyLoss()": (HERE, classes(3, 4)),
    "CrossEntropyLoss(torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.1)": (HERE, classes(3, 4)),
    'CrossEntropyLoss(ignore_index=1, reduction="sum")': (HERE, classes(3, 4)),
    "CrossEntropyLoss(label_smoothing=0.2)": (HERE, shares(4, 3)),
    "NLLLoss()": (HERE, classes(3, 4)),
    'NLLLoss(torch.tensor([1.0, 2.0, 0.5]), reduction="none")': (HERE, classes(3, 4)),
    "Embedding(5, 3)": (classes(5, 4, 2),),
    "Embedding(5, 3, padding_idx=1, scale_grad_by_freq=False)": (classes(5, 4),),
    "RNN(3, 4)": (floats(5, 2, 3),),
    'RNN(3, 2, num_layers=2, nonlinearity="relu", batch_first=True)': (floats(2, 5, 3),),
    "GRU(3, 4, bidirectional=True)": (floats(5, 2, 3),),
    "LSTM(3, 4, bias=False)": (floats(5, 2, 3),),
    "LSTM(3, 4, num_layers=2, dropout=0.5)": (floats(5, 2, 3),),
    "RNNCell(3, 2)": (HERE, floats(4, 2)),
    "GRUCell(3, 2)": (HERE, floats(4, 2)),
    "LSTMCell(3, 2)": (HERE,),
}


RUN_AS_THEY_ARE = {
    "Flatten()": "returns a view",
    "Flatten(0)": "returns a view",
    "Unflatten(1, (1, 3))": "returns a view",
    "BatchNorm1d(3, momentum=None)": "looks at the numbers",
}

TAKES_MORE = ("CrossEntropyLoss(torch.tensor([1.0, 2.0, 0.5]), label_smoothing=0.1)",)
"""Programs that take what was counted among the targets as further inputs."""


def tensors_in(x: object) -> list[torch.Tensor]:
    if isinstance(x, torch.Tensor):
        return [x]
    return [t for part in x for t in tensors_in(part)] if isinstance(x, (tuple, list)) else []


def total(outputs: object) -> torch.Tensor | None:
    """Weigh every number of what came out, and add up."""
    found = None
    for x in tensors_in(outputs):
        if x.requires_grad:
            weights = np.cos(np.arange(x.numel()) + 1.0).reshape(x.shape).astype(np.float32)
            part = (x * torch.tensor(weights)).sum()
            found = part if found is None else found + part
    return found


def made(text: str, inputs: tuple) -> nn.Module:
    """Make a module, and let a lazy one see its shapes."""
    torch.manual_seed(1)
    module = eval(f"nn.{text}", {"nn": nn, "torch": torch})
    if "Lazy" in text:
        module(*inputs)
    return module


def call(function: Callable, module: nn.Module, inputs: list) -> list:
    """Call, go backward, and return every number that came of it."""
    torch.manual_seed(2)
    module.zero_grad()
    outputs = function(*inputs)
    loss = total(outputs)
    if loss is not None:
        loss.backward()
    leaves = [*inputs, *module.parameters()]
    found = [x.detach().array for x in (*tensors_in(outputs), *module.buffers())]
    return found + [None if x.grad is None else x.grad.array.copy() for x in leaves]


def assert_same(found: list, expected: list) -> None:
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (a is None) == (b is None)
        assert a is None or (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


@pytest.mark.parametrize("text", MODULES)
def test_compiled_equals_eager(text: str) -> None:
    """In training, in evaluation, and in training again, with other numbers in each call."""
    draws = MODULES[text]
    numbers = np.random.default_rng(0)
    module = made(text, tuple(draw(numbers) for draw in draws))
    twin = copy.deepcopy(module)
    fast = torch.compile(twin)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for mode in (True, False, True):
            for _ in range(3):
                inputs = [draw(numbers) for draw in draws]
                twins = [x.detach().requires_grad_(x.requires_grad) for x in inputs]
                module.train(mode)
                fast.train(mode)
                assert_same(call(fast, twin, twins), call(module, module, inputs))
    reason = RUN_AS_THEY_ARE.get(text)
    assert [(reason or "") in str(w.message) for w in seen] == [True] * (reason is not None)
    assert ("def forward" in fast.compiled.source) is (reason is None)


@pytest.mark.parametrize("text", [text for text in MODULES if text not in TAKES_MORE])
def test_the_printed_program_equals_eager(text: str) -> None:
    """Run it as it is printed, on other numbers than those that it was written from."""
    draws = MODULES[text]
    numbers = np.random.default_rng(0)
    inputs = [draw(numbers) for draw in draws]
    module = made(text, tuple(inputs)).eval()
    loss = total(module(*inputs))
    if loss is None:
        pytest.skip("nothing in it requires a gradient")
    for i, x in enumerate(inputs):
        x.name = f"input{i}"
    program = trace.program(loss, params=module, names=None)
    space: dict = {}
    exec(program.source, space)
    others = [draw(numbers) for draw in draws]
    expected = total(module(*others))
    module.zero_grad()
    expected.backward()
    given = {f"input{i}": x.detach().array for i, x in enumerate(others)}
    known = dict(zip(program.inputs, program._given, strict=True))
    output, gradients = space["program"](*(given.get(name, known[name]) for name in known))
    assert_same([np.asarray(output)], [expected.detach().array])
    slopes = {f"input{i}": x.grad for i, x in enumerate(others)}
    for name, gradient in gradients.items():
        if name in slopes:
            assert_same([gradient], [slopes[name].array])
