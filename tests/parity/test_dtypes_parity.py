"""Dtypes against torch: what comes out where they are mixed, and what is refused."""

from itertools import product

import pytest
from cases import run
from comparing import Raised, assert_same, outcome

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

OPERANDS = (
    "torch.tensor([1.5, -2.0])",
    "torch.tensor([1.5, 2.0], dtype=torch.float64)",
    "torch.tensor(0.5)",
    "torch.tensor(0.5, dtype=torch.float64)",
    "torch.tensor([3, 2])",
    "torch.tensor(3)",
    "torch.tensor([3, 2], dtype=torch.int32)",
    "torch.tensor([[1], [2]], dtype=torch.int8)",
    "torch.tensor([200, 100], dtype=torch.uint8)",
    "torch.tensor([True, False])",
    "torch.tensor(True)",
    "2",
    "-1",
    "0",
    "2.5",
    "True",
)
"""Tensors of every kind, with dims and without, and Python numbers."""

MIXING = (
    "{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} ** {}",
    "{} == {}", "{} != {}", "{} < {}", "{} <= {}", "{} > {}", "{} >= {}",
    "{} & {}", "{} | {}", "{} ^ {}",
    "torch.maximum({}, {})", "torch.minimum({}, {})",
    "torch.where(torch.tensor([True, False]), {}, {})",
    "torch.add({}, {})", "torch.sub({}, {})", "torch.mul({}, {})", "torch.div({}, {})",
    "torch.pow({}, {})", "torch.cat([{}, {}])", "torch.stack([{}, {}])",
    "torch.dot({}, {})", "torch.eq({}, {})", "torch.outer({}, {})",
)  # fmt: skip
"""What two operands of different dtypes are combined by."""

ALONE = (
    *(f"torch.{name}({{}})" for name in (
        "neg", "abs", "sign", "square", "exp", "log", "log1p", "expm1", "sqrt", "rsqrt",
        "reciprocal", "sin", "cos", "tan", "sigmoid", "tanh", "relu", "sum", "mean", "prod", "max",
        "min", "amax", "amin", "var", "std", "norm", "argmax", "argmin", "all", "any", "isnan",
        "isinf", "isfinite", "clone", "numel", "is_tensor",
    )),
    "-{}", "+{}", "abs({})", "~{}", "{}.float()", "{}.double()", "{}.long()", "{}.int()",
    "{}.bool()", "{}.to(torch.int8)", "{}.sum(0)", "{}.prod(0)", "{}.max(0)", "{}.argmin(0)",
    "{}.softmax(0)", "{}.log_softmax(0)", "{}.logsumexp(0)", "{}.clamp(0, 1)", "{}.clamp(0.5)",
    "{}.clamp(max=1)", "{}.item()", "{}.tolist()", "{}.any(0)", "{}.all(-1, keepdim=True)",
    "{}.is_contiguous()", "{}.numpy().dtype.name", "{}.size()", "{}.ndim", "{}.dtype",
    "{}.requires_grad_()", "torch.zeros_like({})", "torch.full_like({}, 2.7)",
    "torch.norm({}, 1)", "{}.sum(0, keepdim=True)", "float({})", "int({})", "bool({})",
    "len({})", "[10, 20, 30, 40][{}]", "list({})", "f'{{{}:.2f}}'", "2 in {}", "{} in {}",
    "torch.gather({0}, 0, {0})", "torch.tensor([5, 6, 7, 8])[{}]",
)  # fmt: skip
"""What tensors of any dtype are asked."""

NOT_FOR_TRUE = ("{} - {}", "torch.sub({}, {})", "{} ** {}", "torch.pow({}, {})")
"""Where Python's True is 1 here; torch refuses it, or has a bool as the power."""

MORE = {
    "torch.maximum({}, {})": "numbers are operands too",
    "torch.minimum({}, {})": "numbers are operands too",
    "{} ** {}": "bools count as 0 and 1",
    "torch.pow({}, {})": "bools count as 0 and 1",
    "torch.abs({})": "bools count as 0 and 1",
    "abs({})": "bools count as 0 and 1",
    "+{}": "bools count as 0 and 1",
    "torch.relu({})": "bools count as 0 and 1",
    "torch.dot({}, {})": "bools count as 0 and 1",
    "{}.softmax(0)": "ints become floats, as for logsumexp",
    "{}.log_softmax(0)": "ints become floats, as for logsumexp",
    "torch.tensor([5, 6, 7, 8])[{}]": "any integer is an index",
}
"""What this library computes where torch refuses some of the dtypes."""


def same_unless_more(form: str, *operands: str) -> None:
    """Compare what a form gives in both libraries."""
    call = form.format(*operands)
    expected = outcome(lambda: run(call, torch))
    found = outcome(lambda: run(call, tinygrad_edu))
    if not (form in MORE and isinstance(expected, Raised)):
        assert_same(found, expected, 1e-6, 1e-7)


@pytest.mark.parametrize(
    ("left", "right"), [pair for pair in product(OPERANDS, OPERANDS) if "torch" in "".join(pair)]
)
@pytest.mark.parametrize("form", MIXING)
def test_of_mixed_dtypes(form: str, left: str, right: str) -> None:
    if not ("True" in (left, right) and form in NOT_FOR_TRUE):
        same_unless_more(form, left, right)


@pytest.mark.parametrize("operand", [x for x in OPERANDS if x.startswith("torch")])
@pytest.mark.parametrize("form", ALONE)
def test_of_any_dtype(form: str, operand: str) -> None:
    same_unless_more(form, operand, operand)
