"""RNNCell, LSTMCell and GRUCell: one step of a recurrent layer.

A step is a function of what comes in, the state and the weights, written with ordinary operations;
the layers in `recurrent.py` repeat it. A state is a tuple: (h,), or (h, c) of an LSTM.

Each step multiplies its own x by the weights. One product for the whole sequence, cut into steps,
would take a seventh longer for 50 steps and half as long again for 200: the gradient of each piece
is an array of zeros of the size of the whole.
"""

from __future__ import annotations

import math
from typing import Any

from tinygrad_edu import creation
from tinygrad_edu.nn import init
from tinygrad_edu.nn.functional import linear, relu, sigmoid, tanh
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter
from tinygrad_edu.nn.values import is_array_of_values
from tinygrad_edu.ops.shapes import squeeze, unsqueeze
from tinygrad_edu.ops.splitting import chunk
from tinygrad_edu.tensor import Tensor
from tinygrad_edu.value import Constant

State = tuple[Any, ...]
Weights = tuple[Any, Any, Any, Any]
"""The weights for the input and for h, and their biases or None."""

NONLINEARITIES = {"tanh": tanh, "relu": relu}


# --- the steps -----------------------------------------------------------------------------------


def rnn_step(x: Any, state: State, weights: Weights, nonlinearity: str = "tanh") -> State:
    """Compute h' = tanh(W x + b + U h + d), or relu instead of tanh."""
    (h,), (w_ih, w_hh, b_ih, b_hh) = state, weights
    activation = NONLINEARITIES[nonlinearity]
    return (activation(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)),)


def lstm_step(x: Any, state: State, weights: Weights) -> State:
    """Compute c' = f c + i g, what is kept of it and let in, and h' = o tanh(c')."""
    (h, c), (w_ih, w_hh, b_ih, b_hh) = state, weights
    i, f, g, o = chunk(linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh), 4, 1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def gru_step(x: Any, state: State, weights: Weights) -> State:
    """Compute h' = z h + (1 − z) n: what is kept, and the new, made from r of the old."""
    (h,), (w_ih, w_hh, b_ih, b_hh) = state, weights
    x_r, x_z, x_n = chunk(linear(x, w_ih, b_ih), 3, 1)
    h_r, h_z, h_n = chunk(linear(h, w_hh, b_hh), 3, 1)
    z = sigmoid(x_z + h_z)
    n = tanh(x_n + sigmoid(x_r + h_r) * h_n)
    return (z * (h - n) + n,)  # an operation less than z h + (1 − z) n


# --- what cells and layers share -----------------------------------------------------------------


def number_of_dims(x: Any, what: str) -> int:
    """Return the number of dims of a tensor or an array of `Value`s, and refuse anything else."""
    if not isinstance(x, Tensor) and not is_array_of_values(x):
        raise AttributeError(
            f"'{type(x).__name__}' object has no attribute 'dim': {what} must be a Tensor; make "
            "one with torch.tensor(...)"
        )
    return int(x.ndim)


def zeros(like: Any, *shape: int) -> Any:
    """Return zeros of the same kind: a tensor, or an array of `Value`s."""
    if isinstance(like, Tensor):
        return creation.zeros(*shape, dtype=like.dtype)
    result = creation.zeros(*shape).array.astype(object)
    result.fill(Constant(0.0))
    return result


def draw_weights(module: Module, hidden_size: int) -> None:
    """Draw all parameters evenly from ±1/√hidden_size, in their order, as torch does."""
    bound = 1 / math.sqrt(hidden_size) if hidden_size > 0 else 0
    for parameter in module.parameters():
        init.uniform_(parameter, -bound, bound)


# --- the cells -----------------------------------------------------------------------------------


class RNNCellBase(Module):
    """What the cells share: their parameters, and what they ask of input and state.

    Args:
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers are kept from step to step.
        bias: whether there are biases.
        num_chunks: how many numbers are computed for each of those that are kept.
        device: the CPU, if anything.
        dtype: of the parameters.
    """

    weight_ih: Any
    weight_hh: Any
    bias_ih: Any
    bias_hh: Any

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows, make = num_chunks * hidden_size, {"device": device, "dtype": dtype}
        self.weight_ih = Parameter(creation.empty(rows, input_size, **make))
        self.weight_hh = Parameter(creation.empty(rows, hidden_size, **make))
        for name in ("bias_ih", "bias_hh"):
            given = Parameter(creation.empty(rows, **make)) if bias else None
            self.register_parameter(name, given)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew: evenly from ±1/√hidden_size."""
        draw_weights(self, self.hidden_size)

    def extra_repr(self) -> str:
        """Return the sizes, and what differs from the defaults."""
        bias = "" if self.bias is True else f", bias={self.bias}"
        return f"{self.input_size}, {self.hidden_size}{bias}"

    def _step(self, x: Any, state: State, weights: Weights) -> State:
        raise NotImplementedError("a cell says here what a step is")

    def _run(self, input: Any, state: Any, names: tuple[str, ...]) -> State:
        """Make a step, for a batch or for one sequence.

        Args:
            input: shape (n, input_size) or (input_size,).
            state: tensors of shape (n, hidden_size) or (hidden_size,); None for zeros.
            names: what the tensors of a state are called in errors.
        """
        kind = type(self).__name__
        dims = number_of_dims(input, f"the input of {kind}")
        if dims not in (1, 2):
            raise ValueError(
                f"{kind}: Expected input to be 1D or 2D, got {dims}D instead: its shape is "
                f"{list(input.shape)}, but one step takes (n, {self.input_size})"
            )
        if state is not None:
            self._check_dims(state, names)
        if dims == 1:
            input = unsqueeze(input, 0)
            state = None if state is None else [unsqueeze(part, 0) for part in state]
        if state is None:
            state = (zeros(input, input.shape[0], self.hidden_size),) * len(names)
        self._check_sizes(input, state)
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        result = self._step(input, tuple(state), weights)
        return tuple(squeeze(part, 0) for part in result) if dims == 1 else result

    def _check_dims(self, state: Any, names: tuple[str, ...]) -> None:
        kind = type(self).__name__
        for part, name in zip(state, names, strict=True):
            dims = number_of_dims(part, f"the state of {kind}")
            if dims not in (1, 2):
                raise ValueError(f"{kind}: Expected {name} to be 1D or 2D, got {dims}D instead")

    def _check_sizes(self, input: Any, state: Any) -> None:
        n, size = input.shape
        if size != self.input_size:
            raise RuntimeError(
                f"input has inconsistent input_size: got {size} expected {self.input_size}"
            )
        for i, part in enumerate(state):
            shape = list(part.shape)
            if shape[0] != n:
                raise RuntimeError(
                    f"Input batch size {n} doesn't match hidden{i} batch size {shape[0]}: the "
                    f"state has shape {shape}, but must have [{n}, {self.hidden_size}]"
                )
            if shape[1:] != [self.hidden_size]:
                raise RuntimeError(
                    f"hidden{i} has inconsistent hidden_size: got {shape[-1]}, expected "
                    f"{self.hidden_size}"
                )


class RNNCell(RNNCellBase):
    """One step of an RNN: h' = tanh(W x + b + U h + d) (torch.nn.RNNCell).

    Args:
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers are kept from step to step.
        bias: whether there are b and d.
        nonlinearity: "tanh" or "relu".
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight_ih: W, shape (hidden_size, input_size), drawn evenly from ±1/√hidden_size.
        weight_hh: U, shape (hidden_size, hidden_size), drawn likewise.
        bias_ih: b, shape (hidden_size,), drawn likewise; None without.
        bias_hh: d, likewise.

    Raises:
        RuntimeError: when called, if sizes or dtypes do not fit, or for another nonlinearity.
        ValueError: when called, if the number of dims does not fit.

    >>> import tinygrad_edu as torch
    >>> cell = torch.nn.RNNCell(2, 3)
    >>> h = cell(torch.ones(5, 2))
    >>> cell(torch.ones(5, 2), h).shape
    torch.Size([5, 3])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Map the input, shape (n, input_size), and h, shape (n, hidden_size), to the next h.

        Both may lack n. Without h, it is zeros.
        """
        return self._run(input, None if hx is None else (hx,), ("hidden",))[0]

    def _step(self, x: Any, state: State, weights: Weights) -> State:
        if self.nonlinearity not in NONLINEARITIES:
            raise RuntimeError(
                f"Unknown nonlinearity: {self.nonlinearity}; it can be 'tanh' or 'relu'"
            )
        return rnn_step(x, state, weights, self.nonlinearity)

    def extra_repr(self) -> str:
        """Return the sizes, and what differs from the defaults."""
        kind = self.nonlinearity
        return super().extra_repr() + ("" if kind == "tanh" else f", nonlinearity={kind}")


class LSTMCell(RNNCellBase):
    """One step of a long short-term memory (torch.nn.LSTMCell).

    With i, f, o = σ(…) and g = tanh(…) of the four parts of W x + b + U h + d:
    c' = f c + i g, and h' = o tanh(c'). The gradient goes back through c by the factor f alone.

    Args:
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers are kept from step to step, in h and in c.
        bias: whether there are b and d.
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight_ih: W, shape (4 · hidden_size, input_size): the rows for i, f, g, o one after
            another; drawn evenly from ±1/√hidden_size.
        weight_hh: U, shape (4 · hidden_size, hidden_size), likewise.
        bias_ih: b, shape (4 · hidden_size,), likewise; None without.
        bias_hh: d, likewise.

    Raises:
        RuntimeError: when called, if sizes or dtypes do not fit.
        TypeError: when called with a state that is no pair.
        ValueError: when called, if the number of dims does not fit.

    >>> import tinygrad_edu as torch
    >>> cell = torch.nn.LSTMCell(2, 3)
    >>> h, c = cell(torch.ones(5, 2))
    >>> h, c = cell(torch.ones(5, 2), (h, c))
    >>> h.shape, c.shape
    (torch.Size([5, 3]), torch.Size([5, 3]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Map the input, shape (n, input_size), and the pair (h, c) to the next pair.

        h and c have shape (n, hidden_size). All may lack n. Without a pair, they are zeros.
        """
        if hx is not None:
            hx = pair(hx, "lstm_cell")
        h, c = self._run(input, hx, ("hx[0]", "hx[1]"))
        return h, c

    _step = staticmethod(lstm_step)


class GRUCell(RNNCellBase):
    """One step of a gated recurrent unit (torch.nn.GRUCell).

    With r, z = σ(W x + b + U h + d) of the first two of three parts each:
    n = tanh(W x + b + r (U h + d)) of the third, and h' = (1 − z) n + z h.

    Args:
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers are kept from step to step.
        bias: whether there are b and d.
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight_ih: W, shape (3 · hidden_size, input_size): the rows for r, z, n one after another;
            drawn evenly from ±1/√hidden_size.
        weight_hh: U, shape (3 · hidden_size, hidden_size), likewise.
        bias_ih: b, shape (3 · hidden_size,), likewise; None without.
        bias_hh: d, likewise.

    Raises:
        RuntimeError: when called, if sizes or dtypes do not fit.
        ValueError: when called, if the number of dims does not fit.

    >>> import tinygrad_edu as torch
    >>> cell = torch.nn.GRUCell(2, 3)
    >>> cell(torch.ones(5, 2), torch.zeros(5, 3)).shape
    torch.Size([5, 3])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Map the input, shape (n, input_size), and h, shape (n, hidden_size), to the next h.

        Both may lack n. Without h, it is zeros.
        """
        return self._run(input, None if hx is None else (hx,), ("hidden",))[0]

    _step = staticmethod(gru_step)


def pair(hx: Any, name: str) -> tuple[Any, Any]:
    """Return the state of an LSTM, which is given as a pair."""
    if not isinstance(hx, (tuple, list)) and not is_array_of_values(hx):
        raise TypeError(
            f"{name}(): argument 'hx' (position 2) must be tuple of Tensors, not "
            f"{type(hx).__name__}: give (h, c)"
        )
    if len(hx) != 2:
        raise RuntimeError(f"{name} expects two hidden states, (h, c), but got {len(hx)}")
    return hx[0], hx[1]
