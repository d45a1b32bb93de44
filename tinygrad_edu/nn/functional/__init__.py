"""What layers compute, as functions without parameters of their own (torch.nn.functional).

Each takes tensors; or `Value`s, in arrays or nested lists, and then makes one node per scalar
operation.
"""

from tinygrad_edu.nn.functional.activations import (
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from tinygrad_edu.nn.functional.encoding import one_hot
from tinygrad_edu.nn.functional.layers import linear
from tinygrad_edu.nn.functional.losses import l1_loss, mse_loss

__all__ = [
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "one_hot",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
