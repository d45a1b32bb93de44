"""Layers, activations and losses, with torch.nn's names."""

from typing import TYPE_CHECKING, NoReturn

from tinygrad_edu.missing import missing
from tinygrad_edu.nn import functional, init, utils
from tinygrad_edu.nn.activation import (
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    ReLU6,
    Sigmoid,
    Softmax,
    Softsign,
    Tanh,
)
from tinygrad_edu.nn.container import ModuleDict, ModuleList, Sequential
from tinygrad_edu.nn.conv import Conv1d, Conv2d
from tinygrad_edu.nn.dropout import Dropout, Dropout2d
from tinygrad_edu.nn.flatten import Flatten, Unflatten
from tinygrad_edu.nn.lazy import LazyConv1d, LazyConv2d, LazyLinear
from tinygrad_edu.nn.linear import Identity, Linear
from tinygrad_edu.nn.linear_units import ELU, GELU, SELU, PReLU, SiLU, Softplus
from tinygrad_edu.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.normalization import BatchNorm1d, BatchNorm2d, LayerNorm
from tinygrad_edu.nn.parameter import Parameter, UninitializedParameter
from tinygrad_edu.nn.parameter_containers import ParameterDict, ParameterList
from tinygrad_edu.nn.pooling import AdaptiveAvgPool2d, AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d
from tinygrad_edu.nn.recurrent import GRU, LSTM, RNN
from tinygrad_edu.nn.recurrent_base import RNNBase
from tinygrad_edu.nn.recurrent_cells import GRUCell, LSTMCell, RNNCell, RNNCellBase
from tinygrad_edu.nn.sparse import Embedding
from tinygrad_edu.nn.units import (
    CELU,
    GLU,
    CosineSimilarity,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Mish,
    PairwiseDistance,
    Softmin,
    Softshrink,
    Tanhshrink,
    Threshold,
)

if not TYPE_CHECKING:  # so that type checkers find misspelt names by themselves

    def __getattr__(name: str) -> NoReturn:
        raise missing("tinygrad_edu.nn", name)


__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "GRU",
    "LSTM",
    "RNN",
    "SELU",
    "AdaptiveAvgPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv1d",
    "Conv2d",
    "CosineSimilarity",
    "CrossEntropyLoss",
    "Dropout",
    "Dropout2d",
    "Embedding",
    "Flatten",
    "GRUCell",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HuberLoss",
    "Identity",
    "KLDivLoss",
    "L1Loss",
    "LSTMCell",
    "LayerNorm",
    "LazyConv1d",
    "LazyConv2d",
    "LazyLinear",
    "LeakyReLU",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "NLLLoss",
    "PReLU",
    "PairwiseDistance",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "RNNBase",
    "RNNCell",
    "RNNCellBase",
    "ReLU",
    "ReLU6",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Unflatten",
    "UninitializedParameter",
    "functional",
    "init",
    "utils",
]
