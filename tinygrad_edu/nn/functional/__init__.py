"""What layers compute, as functions without parameters of their own (torch.nn.functional).

Each takes tensors; or `Value`s, in arrays or nested lists, and then makes one node per scalar
operation.
"""

from typing import TYPE_CHECKING, NoReturn

from tinygrad_edu.missing import missing
from tinygrad_edu.nn.functional.activations import (
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    log_softmax,
    logsigmoid,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
from tinygrad_edu.nn.functional.attention import gumbel_softmax, scaled_dot_product_attention
from tinygrad_edu.nn.functional.class_losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)
from tinygrad_edu.nn.functional.convolution import conv1d, conv2d
from tinygrad_edu.nn.functional.distances import cosine_similarity, normalize, pairwise_distance
from tinygrad_edu.nn.functional.dropout import dropout, dropout2d
from tinygrad_edu.nn.functional.embedding import embedding
from tinygrad_edu.nn.functional.encoding import one_hot
from tinygrad_edu.nn.functional.in_place import (
    celu_,
    elu_,
    hardtanh_,
    leaky_relu_,
    relu_,
    selu_,
    threshold_,
)
from tinygrad_edu.nn.functional.layers import linear
from tinygrad_edu.nn.functional.losses import huber_loss, kl_div, l1_loss, mse_loss, smooth_l1_loss
from tinygrad_edu.nn.functional.normalization import batch_norm, layer_norm
from tinygrad_edu.nn.functional.padding import pad
from tinygrad_edu.nn.functional.pooling import (
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from tinygrad_edu.nn.functional.units import (
    celu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    mish,
    softmin,
    softshrink,
    tanhshrink,
    threshold,
)

if not TYPE_CHECKING:  # so that type checkers find misspelt names by themselves

    def __getattr__(name: str) -> NoReturn:
        raise missing("tinygrad_edu.nn.functional", name)


__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "celu_",
    "conv1d",
    "conv2d",
    "cosine_similarity",
    "cross_entropy",
    "dropout",
    "dropout2d",
    "elu",
    "elu_",
    "embedding",
    "gelu",
    "glu",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "leaky_relu_",
    "linear",
    "log_softmax",
    "logsigmoid",
    "max_pool1d",
    "max_pool2d",
    "mish",
    "mse_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "scaled_dot_product_attention",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
]
