"""Every argument of what torch has written in Python, given to both libraries.

Functions of `nn.functional`, constructors of modules (their state, `repr`, result) and what modules
are called with, optimizers and schedulers (a few steps of each), datasets and loaders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from arguments import Argument, Form, disagreement, signatures
from python_arguments import arguments_of, trials

import tinygrad_edu

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")
F = torch.nn.functional

FUNCTIONS = """
adaptive_avg_pool2d    t; 1
avg_pool1d             x; 2
avg_pool2d             t; 2
batch_norm             x; None; None; training=True
binary_cross_entropy   x; x
binary_cross_entropy_with_logits  y; x
celu                   y
conv1d                 t; t
conv2d                 w[None]; w[None, :, :2]
cosine_similarity      x; y
cross_entropy          y; i
dropout                x
dropout2d              x[None]
elu                    y
embedding              i; y
gelu                   y
glu                    y[:2, :2]
gumbel_softmax         y
hardshrink             y
hardsigmoid            y
hardswish              y
hardtanh               y
huber_loss             x; y
kl_div                 y; x
l1_loss                x; y
layer_norm             x; (3,)
leaky_relu             y
linear                 x; y
log_softmax            y; dim=1
max_pool1d             x; 2
max_pool2d             t; 2
mish                   y
mse_loss               x; y
nll_loss               y; i
normalize              y
one_hot                i
pad                    y; (1, 1)
pairwise_distance      x; y
prelu                  y; v
relu                   y
relu6                  y
scaled_dot_product_attention  x; y; x
selu                   y
sigmoid                y
silu                   y
smooth_l1_loss         x; y
softmax                y; dim=1
softmin                y; dim=1
softplus               y
softshrink             y
softsign               y
tanh                   y
tanhshrink             y
threshold              y; 0.5; 7
"""
"""A call of each function of nn.functional; arguments are separated by `;`."""

MODULES = """
AdaptiveAvgPool2d  1                | t
AvgPool1d          2                | x
AvgPool2d          2                | t
BCELoss                             | x, x
BCEWithLogitsLoss                   | y, x
BatchNorm1d        3                | x
BatchNorm2d        3                | w[None].expand(2, 2, 3, 3).transpose(1, 2)
CELU                                | y
Conv1d             2; 2; 2          | t
Conv2d             2; 2; 2          | w[None]
CosineSimilarity                    | x, y
CrossEntropyLoss                    | y, i
Dropout                             | x
Dropout2d                           | t[None]
ELU                                 | y
Embedding          3; 2             | i
Flatten                             | t
GELU                                | y
GLU                                 | y[:2, :2]
GRU                3; 2             | t
GRUCell            3; 2             | x
Hardshrink                          | y
Hardsigmoid                         | y
Hardswish                           | y
Hardtanh                            | y
HuberLoss                           | x, y
Identity                            | x
KLDivLoss                           | y, x
L1Loss                              | x, y
LSTM               3; 2             | t
LSTMCell           3; 2             | x
LayerNorm          3                | x
LazyConv1d         2; 2             | t
LazyConv2d         2; 2             | w[None]
LazyLinear         2                | x
LeakyReLU                           | y
Linear             3; 2             | x
LogSigmoid                          | y
LogSoftmax         dim=1            | y
MSELoss                             | x, y
MaxPool1d          2                | x
MaxPool2d          2                | t
Mish                                | y
NLLLoss                             | y, i
PReLU                               | y
PairwiseDistance                    | x, y
RNN                3; 2             | t
RNNCell            3; 2             | x
ReLU                                | y
ReLU6                               | y
SELU                                | y
SiLU                                | y
Sigmoid                             | y
SmoothL1Loss                        | x, y
Softmax            dim=1            | y
Softmin            dim=1            | y
Softplus                            | y
Softshrink                          | y
Softsign                            | y
Tanh                                | y
Tanhshrink                          | y
Threshold          0.5; 7           | y
Unflatten          1; (3, 1)        | x
"""
"""A way to make each module, and what it is called with."""

OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "AdamW", "LBFGS", "RMSprop", "SGD")

SCHEDULERS = """
ConstantLR          optimizer
CosineAnnealingLR   optimizer; 4
ExponentialLR       optimizer; 0.5
LambdaLR            optimizer; lambda n: 0.9**n
LinearLR            optimizer
MultiStepLR         optimizer; [2, 4]
OneCycleLR          optimizer; 1.0; total_steps=10
ReduceLROnPlateau   optimizer; patience=1
SequentialLR        optimizer; [torch.optim.lr_scheduler.StepLR(optimizer, 1)]; []
StepLR              optimizer; 2
"""

DATA = """
BatchSampler          range(7); 3; False
ConcatDataset         [data, data]
DataLoader            data
RandomSampler         data
SequentialSampler     data
Subset                data; [0, 3]
SubsetRandomSampler   [0, 3]
"""

EXCEPTIONS = r"""
# a probability, or a share, below 0 is refused, where torch takes it for 0
torch\.nn\.functional\.scaled_dot_product_attention\(x, y, x, (None, |dropout_p=)-0\.5\)
torch\.nn\.functional\.cross_entropy\(y, i, label_smoothing=-0\.1\)
shown\(torch\.nn\.CrossEntropyLoss\(label_smoothing=-0\.1\), y, i\)
# values of another number than the keys: torch's kernel for the CPU does not look
torch\.nn\.functional\.scaled_dot_product_attention\(x, y, e\)
# an option of the LSTM alone; torch looks whether it is given by keyword
shown\(torch\.nn\.GRU\(3, 2, 1, True, False, 0\.0, False, [01](, .*)?\), t\)
# a number of iterations that is none; torch compares it only
stepped\(torch, lambda p, q: torch\.optim\.LBFGS\(\[p, q\], (0\.1, |lr=0\.1, max_iter=)1\.5\)\)
# two things are wrong with the call, and the other one is told of
torch\.nn\.functional\.batch_norm\(x, (None, [biu]|[biu], None), training=True\)
torch\.nn\.functional\.adaptive_avg_pool2d\([biku], 1\)
torch\.nn\.AdaptiveAvgPool2d\(1\)\.eval\(\)\([biku]\)
torch\.nn\.functional\.cross_entropy\([kz], i\)
torch\.nn\.functional\.nll_loss\([Xbiku], i\)
torch\.nn\.functional\.normalize\([biku]\)
torch\.nn\.BatchNorm1d\(3\)\.eval\(\)\([Xj]\)
torch\.nn\.CrossEntropyLoss\(\)\.eval\(\)\([kz], i\)
torch\.nn\.NLLLoss\(\)\.eval\(\)\([Xbiku], i\)
shown\(torch\.nn\.LazyConv[12]d\((1\.5, 2|2, 2, 1, 0, 1, 1\.5|2, 2, groups=1\.5)\), .*\)
"""
"""Calls that come out otherwise than in torch; and why."""

ACCIDENT = re.compile(
    r"\): (Type|Value)Error: .*, but torch: AttributeError: '\w+' object has no attr"
)
"""What is no tensor is refused here; in torch it is asked for something that tensors have."""

PATTERN = re.compile("|".join(f"(?:{line})" for line in EXCEPTIONS.split("\n") if line[:1] > "#"))


def table(text: str) -> dict[str, str]:
    """Read lines of a name and what belongs to it."""
    lines = (line.partition(" ") for line in text.strip().splitlines())
    return {name: rest.strip() for name, _, rest in lines}


def arguments(names: Sequence[str], keywords: dict[str, str]) -> str:
    return ", ".join([*names, *(f"{name}={value}" for name, value in keywords.items())])


def template(text: str) -> Form:
    """Write calls into a text, in place of its `…`."""
    return lambda positional, keywords: text.replace("…", arguments(positional, keywords))


def disagreements(form: Form, signature: Sequence[Argument], base: str) -> list[str]:
    """Try every argument; tell in which calls the libraries differ."""
    found = [
        disagreement(trial, tinygrad_edu, torch)
        for trial in sorted(set(trials(torch, form, signature, base)))
        if not PATTERN.fullmatch(trial.call)
    ]
    return [text for text in found if text is not None and not ACCIDENT.search(text)]


def signatures_of(name: str) -> list[list[Argument]]:
    """List the signatures of a function of nn.functional."""
    function = getattr(F, f"_{name}" if name.startswith("max_pool") else name)
    return [arguments_of(function)] if hasattr(function, "__code__") else signatures(torch, name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "base"), table(FUNCTIONS).items())
def test_functions(name: str, base: str) -> None:
    for signature in signatures_of(name):
        assert disagreements(template(f"torch.nn.functional.{name}(…)"), signature, base) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "base"), table(MODULES).items())
def test_modules(name: str, base: str) -> None:
    made, _, inputs = (part.strip() for part in base.rpartition("|"))
    cls = getattr(torch.nn, name)
    signature = arguments_of(cls)
    if name in ("RNN", "GRU", "LSTM"):
        signature = arguments_of(torch.nn.RNNBase)[1:]
    form = template(f"shown(torch.nn.{name}(…), {inputs})")
    assert disagreements(form, signature, made) == []
    called = template(f"torch.nn.{name}({made.replace(';', ',')}).eval()(…)")
    if "Lazy" not in name:
        given = inputs.replace(", ", "; ") if "[" not in inputs else inputs
        assert disagreements(called, arguments_of(cls.forward)[1:], given) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name: str) -> None:
    form = template(f"stepped(torch, lambda p, q: torch.optim.{name}(…))")
    signature = arguments_of(getattr(torch.optim, name))
    assert disagreements(form, signature, "[p, q]; lr=0.1") == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "base"), table(SCHEDULERS).items())
def test_schedulers(name: str, base: str) -> None:
    metric = ", 1.0" if name == "ReduceLROnPlateau" else ""
    form = template(f"rates(torch, lambda optimizer: torch.optim.lr_scheduler.{name}(…){metric})")
    signature = arguments_of(getattr(torch.optim.lr_scheduler, name))
    assert disagreements(form, signature, base) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "base"), table(DATA).items())
def test_data(name: str, base: str) -> None:
    form = template(f"listed(torch, lambda: torch.utils.data.{name}(…))")
    signature = arguments_of(getattr(torch.utils.data, name))
    assert disagreements(form, signature, base) == []
