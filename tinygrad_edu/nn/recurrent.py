"""RNN, LSTM and GRU: layers that go through a sequence step by step and keep a state."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn.recurrent_base import RNNBase
from tinygrad_edu.nn.recurrent_cells import State
from tinygrad_edu.tensor import Tensor


def _refuse_projection(proj_size: Any) -> None:
    if proj_size is not None:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


def _pair(hx: Any) -> State:
    """Return the state of an LSTM, which is given as a pair."""
    if not hasattr(hx, "__getitem__"):
        raise TypeError(f"LSTM: the state must be a pair (h, c), not {type(hx).__name__}")
    if isinstance(hx, Tensor):
        given, count = f"one tensor of shape {list(hx.shape)}", hx.shape[0] if hx.ndim else 0
    else:
        given, count = f"{len(hx)} of them", len(hx)
    if count != 2 or isinstance(hx, Tensor):
        error = IndexError if count < 2 else RuntimeError  # as torch has it
        raise error(f"lstm expects two hidden states, (h, c), but got {given}")
    return hx[0], hx[1]


class RNN(RNNBase):
    """Layers with h_t = tanh(W x_t + b + U h_{t−1} + d) (torch.nn.RNN).

    Args:
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers each layer keeps from step to step.
        num_layers: how many layers there are; each takes the h of the one before.
        nonlinearity: "tanh" or "relu".
        bias: whether there are b and d.
        batch_first: whether input and output have shape (n, steps, …), not (steps, n, …).
        dropout: the probability with which numbers between the layers are dropped in training.
        bidirectional: whether each layer also goes through the sequence from its end.
        proj_size: torch's LSTM has it; refused.
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight_ih_l0: W of the first layer, shape (hidden_size, input_size), drawn evenly from
            ±1/√hidden_size; `weight_ih_l1`, … of the next, shape (hidden_size, hidden_size ·
            directions); with the suffix `_reverse` of the other direction.
        weight_hh_l0: U, shape (hidden_size, hidden_size), likewise.
        bias_ih_l0: b, shape (hidden_size,), likewise.
        bias_hh_l0: d, likewise.

    Raises:
        RuntimeError: when called, if sizes do not fit.
        TypeError: for sizes that are no ints.
        ValueError: for sizes, a dropout or a nonlinearity that cannot be; when called, for another
            number of dims or another dtype.

    >>> import tinygrad_edu as torch
    >>> layer = torch.nn.RNN(2, 3, batch_first=True)
    >>> output, h = layer(torch.ones(5, 7, 2))
    >>> output.shape, h.shape
    (torch.Size([5, 7, 3]), torch.Size([1, 5, 3]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: Any = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        _refuse_projection(proj_size)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__(
            f"RNN_{nonlinearity.upper()}",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Go through a sequence.

        Args:
            input: shape (steps, n, input_size), (n, steps, input_size) with `batch_first`, or
                (steps, input_size).
            hx: the first h of each layer and direction, shape (layers · directions, n,
                hidden_size), without n if the input is; by default zeros.

        Returns:
            Each h of the last layer, in the shape of the input but for the last size, which is
            hidden_size · directions; and the last h of each layer, in the shape of `hx`.
        """
        output, (h,) = self._run(input, None if hx is None else (hx,), 1)
        return output, h


class GRU(RNNBase):
    """Layers of gated recurrent units; see `GRUCell` for a step (torch.nn.GRU).

    Args:
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers each layer keeps from step to step.
        num_layers: how many layers there are; each takes the h of the one before.
        bias: whether there are biases.
        batch_first: whether input and output have shape (n, steps, …), not (steps, n, …).
        dropout: the probability with which numbers between the layers are dropped in training.
        bidirectional: whether each layer also goes through the sequence from its end.
        proj_size: torch's LSTM has it; refused.
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight_ih_l0: the weights of the first layer for the input, shape (3 · hidden_size,
            input_size); names and numbers are as of `RNN`.
        weight_hh_l0: those for h, shape (3 · hidden_size, hidden_size).
        bias_ih_l0: the bias beside the first, shape (3 · hidden_size,).
        bias_hh_l0: the bias beside the second, likewise.

    Raises:
        RuntimeError: when called, if sizes do not fit.
        TypeError: for sizes that are no ints.
        ValueError: for sizes or a dropout that cannot be; when called, for another number of dims
            or another dtype.

    >>> import tinygrad_edu as torch
    >>> layer = torch.nn.GRU(2, 3, num_layers=2)
    >>> output, h = layer(torch.ones(7, 5, 2))
    >>> output.shape, h.shape
    (torch.Size([7, 5, 3]), torch.Size([2, 5, 3]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: Any = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        _refuse_projection(proj_size)
        super().__init__(
            "GRU",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Go through a sequence; arguments and results are those of `RNN.forward`."""
        output, (h,) = self._run(input, None if hx is None else (hx,), 1)
        return output, h


class LSTM(RNNBase):
    """Layers of long short-term memory; see `LSTMCell` for a step (torch.nn.LSTM).

    Args:
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers each layer keeps from step to step, in h and in c.
        num_layers: how many layers there are; each takes the h of the one before.
        bias: whether there are biases.
        batch_first: whether input and output have shape (n, steps, …), not (steps, n, …).
        dropout: the probability with which numbers between the layers are dropped in training.
        bidirectional: whether each layer also goes through the sequence from its end.
        proj_size: not there.
        device: the CPU, if anything.
        dtype: of the parameters.

    Attributes:
        weight_ih_l0: the weights of the first layer for the input, shape (4 · hidden_size,
            input_size); names and numbers are as of `RNN`.
        weight_hh_l0: those for h, shape (4 · hidden_size, hidden_size).
        bias_ih_l0: the bias beside the first, shape (4 · hidden_size,).
        bias_hh_l0: the bias beside the second, likewise.

    Raises:
        NotImplementedError: for a proj_size.
        RuntimeError: when called, if sizes do not fit.
        TypeError: for sizes that are no ints.
        ValueError: for sizes or a dropout that cannot be; when called, for another number of dims
            or another dtype.

    >>> import tinygrad_edu as torch
    >>> layer = torch.nn.LSTM(2, 3, bidirectional=True)
    >>> output, (h, c) = layer(torch.ones(7, 5, 2))
    >>> output.shape, h.shape, c.shape
    (torch.Size([7, 5, 6]), torch.Size([2, 5, 3]), torch.Size([2, 5, 3]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "LSTM",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            proj_size,
            device,
            dtype,
        )

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, tuple[Any, Any]]:
        """Go through a sequence.

        Args:
            input: shape (steps, n, input_size), (n, steps, input_size) with `batch_first`, or
                (steps, input_size).
            hx: the pair of the first h and c of each layer and direction, of shape (layers ·
                directions, n, hidden_size) each, without n if the input is; by default zeros.

        Returns:
            Each h of the last layer, in the shape of the input but for the last size, which is
            hidden_size · directions; and the pair of the last h and c of each layer.
        """
        output, (h, c) = self._run(input, None if hx is None else _pair(hx), 2)
        return output, (h, c)
