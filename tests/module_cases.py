"""Every module of `nn`: how it is made, what it is called with, as texts for either library.

`ALL` goes through what must hold of all modules: moving them to PyTorch, exporting them.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Case(NamedTuple):
    """A module to make, with `nn`, and the arguments of a call, with `torch`."""

    module: str
    inputs: str = "torch.randn(5, 4)"

    def make(self, library: Any) -> Any:
        """Make the module with either library."""
        return eval(self.module, {"nn": library.nn, "torch": library})

    def arguments(self, library: Any) -> tuple[Any, ...]:
        """Make what it is called with: the same numbers in either library."""
        library.manual_seed(1)
        found = eval(self.inputs, {"torch": library})
        return found if isinstance(found, tuple) else (found,)


ELEMENTWISE = [
    "CELU(0.5)", "ELU(0.5)", "GELU()", "GELU('tanh')", "GLU()", "Hardshrink(0.25)",
    "Hardsigmoid()", "Hardswish()", "Hardtanh(-0.5, 0.75)", "Identity(3, x=1)", "LeakyReLU(0.2)",
    "LogSigmoid()", "LogSoftmax(1)", "Mish()", "PReLU()", "PReLU(4, init=0.1)", "ReLU()",
    "ReLU(inplace=True)", "ReLU6()", "SELU()", "SiLU()", "Sigmoid()", "Softmax(0)", "Softmin(1)",
    "Softplus(2.0, 1.5)", "Softshrink(0.25)", "Softsign()", "Tanh()", "Tanhshrink()",
    "Threshold(0.25, -3.0)",
]  # fmt: skip

LAYERS = [
    Case("nn.Linear(4, 3)"),
    Case("nn.Linear(4, 3, bias=False)", "torch.randn(2, 5, 4)"),
    Case("nn.Linear(4, 3, dtype=torch.float64)", "torch.randn(4, dtype=torch.float64)"),
    Case("nn.BatchNorm1d(4)"),
    Case("nn.BatchNorm1d(4, momentum=None, affine=False)", "torch.randn(5, 4, 3)"),
    Case("nn.BatchNorm1d(4, eps=0.1, bias=False)"),
    Case("nn.BatchNorm1d(4, track_running_stats=False)"),
    Case("nn.BatchNorm2d(3)", "torch.randn(2, 3, 4, 4)"),
    Case("nn.LayerNorm(4)"),
    Case("nn.LayerNorm((3, 4), eps=0.1, bias=False)", "torch.randn(2, 3, 4)"),
    Case("nn.LayerNorm(4, elementwise_affine=False)"),
    Case("nn.Conv1d(3, 4, 3, padding='same')", "torch.randn(2, 3, 7)"),
    Case("nn.Conv1d(4, 6, 2, stride=2, groups=2, bias=False)", "torch.randn(2, 4, 7)"),
    Case("nn.Conv2d(3, 4, 3)", "torch.randn(2, 3, 6, 5)"),
    Case("nn.Conv2d(3, 4, (3, 2), (2, 1), (1, 0), dilation=2)", "torch.randn(2, 3, 9, 8)"),
    Case("nn.Conv2d(3, 4, (3, 2), padding='same')", "torch.randn(3, 6, 5)"),
    Case("nn.AvgPool1d(2, padding=1)", "torch.randn(2, 3, 7)"),
    Case("nn.AvgPool2d(2, stride=1, padding=1)", "torch.randn(2, 3, 6, 5)"),
    Case("nn.AvgPool2d((3, 2), 2, ceil_mode=True, count_include_pad=False, padding=1)",
         "torch.randn(2, 3, 6, 5)"),
    Case("nn.AvgPool2d(2, divisor_override=3)", "torch.randn(2, 3, 6, 5)"),
    Case("nn.AdaptiveAvgPool2d(2)", "torch.randn(2, 3, 6, 5)"),
    Case("nn.AdaptiveAvgPool2d((None, 3))", "torch.randn(2, 3, 6, 5)"),
    Case("nn.MaxPool1d(3, 2, padding=1)", "torch.randn(2, 3, 8)"),
    Case("nn.MaxPool2d(2)", "torch.randn(2, 3, 6, 5)"),
    Case("nn.MaxPool2d((3, 2), 2, dilation=(1, 2), ceil_mode=True)", "torch.randn(2, 3, 7, 6)"),
    Case("nn.MaxPool2d(2, padding=1, return_indices=True)", "torch.randn(2, 3, 6, 5)"),
    Case("nn.GLU(0)", "torch.randn(4, 3)"),
    Case("nn.Dropout(0.25)"),
    Case("nn.Dropout2d(0.25)", "torch.randn(2, 3, 4, 4)"),
    Case("nn.Flatten()", "torch.randn(2, 3, 4)"),
    Case("nn.Flatten(0, 1)", "torch.randn(2, 3, 4)"),
    Case("nn.Unflatten(1, (2, -1))"),
    Case("nn.Embedding(6, 3, padding_idx=1)", "torch.randint(0, 6, (4, 2))"),
    Case("nn.CosineSimilarity()", "torch.randn(5, 4), torch.randn(5, 4)"),
    Case("nn.PairwiseDistance(3.0, keepdim=True)", "torch.randn(5, 4), torch.randn(5, 4)"),
]  # fmt: skip

RECURRENT = [
    Case("nn.RNN(4, 3)", "torch.randn(3, 2, 4)"),
    Case("nn.RNN(4, 3, 2, nonlinearity='relu', bias=False)", "torch.randn(3, 4)"),
    Case("nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True)", "torch.randn(2, 3, 4)"),
    Case("nn.LSTM(4, 3)", "torch.randn(3, 2, 4), (torch.randn(1, 2, 3), torch.randn(1, 2, 3))"),
    Case("nn.GRU(4, 3, bidirectional=True)", "torch.randn(3, 2, 4), torch.randn(2, 2, 3)"),
    Case("nn.RNNBase('RNN_RELU', 4, 3)", ""),
    Case("nn.RNNCell(4, 3, nonlinearity='relu')"),
    Case("nn.LSTMCell(4, 3)"),
    Case("nn.GRUCell(4, 3, bias=False)", "torch.randn(5, 4), torch.randn(5, 3)"),
]

_NUMBERS = "torch.randn(5, 4), torch.randn(5, 4)"
_CLASSES = "torch.randn(5, 4), torch.randint(0, 4, (5,))"
_PROBABILITIES = "torch.rand(5, 4), torch.rand(5, 4)"

LOSSES = [
    Case("nn.MSELoss()", _NUMBERS),
    Case("nn.L1Loss(reduction='sum')", _NUMBERS),
    Case("nn.SmoothL1Loss(beta=0.5)", _NUMBERS),
    Case("nn.HuberLoss(reduction='none', delta=0.5)", _NUMBERS),
    Case("nn.KLDivLoss(reduction='batchmean')", _PROBABILITIES),
    Case("nn.KLDivLoss(log_target=True)", _NUMBERS),
    Case("nn.NLLLoss(torch.tensor([1.0, 2.0, 0.5, 3.0]))", _CLASSES),
    Case("nn.NLLLoss(ignore_index=1, reduction='none')", _CLASSES),
    Case("nn.CrossEntropyLoss()", _CLASSES),
    Case("nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 0.5, 3.0]), label_smoothing=0.1)", _CLASSES),
    Case("nn.CrossEntropyLoss()", "torch.randn(5, 4), torch.rand(5, 4)"),
    Case("nn.BCELoss(torch.tensor([1.0, 2.0, 0.5, 3.0]))", _PROBABILITIES),
    Case("nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 0.5, 3.0]))", _PROBABILITIES),
]

NESTS = [
    Case("nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.Tanh(), nn.Dropout()), nn.Linear(3, 1))"),
    Case("nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), "
         "nn.Flatten(), nn.Linear(8, 3), nn.LogSoftmax(1))", "torch.randn(5, 1, 6, 6)"),
    Case("nn.ModuleList([nn.Linear(2, 2), nn.ModuleDict({'a': nn.Tanh(), 'b': nn.ReLU()})])", ""),
    Case("nn.ParameterList([torch.ones(2), torch.zeros(3), 'note'])", ""),
    Case("nn.ParameterDict({'a': torch.ones(2), 'b': torch.zeros(3)})", ""),
    Case("nn.Module()", ""),
]  # fmt: skip

ALL = [*(Case(f"nn.{text}") for text in ELEMENTWISE), *LAYERS, *RECURRENT, *LOSSES, *NESTS]
"""Every module; one without inputs is not called."""

LEFT_OUT = {"LazyConv1d", "LazyConv2d", "LazyLinear", "Parameter", "UninitializedParameter"}
"""Lazy layers become others when they are called; parameters are no modules."""

BASES = {"RNNCellBase"}
"""What is not made by itself."""
