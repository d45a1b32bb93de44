"""What RNN, LSTM and GRU share: their parameters, and how they go through a sequence.

Each step is the same few recorded operations (see `recurrent_cells.py`), so that the graph through
time has one node for each operation of each step.
"""

from __future__ import annotations

import warnings
from functools import partial
from numbers import Real
from typing import Any

from tinygrad_edu import creation
from tinygrad_edu.autograd.recording import part_of_call
from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module
from tinygrad_edu.nn.parameter import Parameter
from tinygrad_edu.nn.recurrent_cells import (
    State,
    draw_weights,
    gru_step,
    lstm_step,
    number_of_dims,
    rnn_step,
    zeros,
)
from tinygrad_edu.ops.shapes import cat, squeeze, stack, transpose, unsqueeze
from tinygrad_edu.tensor import Tensor

STEPS: dict[str, Any] = {
    "RNN_TANH": rnn_step,
    "RNN_RELU": partial(rnn_step, nonlinearity="relu"),
    "LSTM": lstm_step,
    "GRU": gru_step,
}
CHUNKS = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}
"""How many numbers a step computes for each that is kept."""


class RNNBase(Module):
    """What the recurrent layers share (torch.nn.RNNBase).

    Args:
        mode: "RNN_TANH", "RNN_RELU", "LSTM" or "GRU".
        input_size: how many numbers come in at each step.
        hidden_size: how many numbers each layer keeps from step to step.
        num_layers: how many layers there are; each takes the h of the one before.
        bias: whether there are biases.
        batch_first: whether input and output have shape (n, steps, …), not (steps, n, …).
        dropout: the probability with which numbers between the layers are dropped in training.
        bidirectional: whether each layer also goes through the sequence from its end.
        proj_size: not there.
        device: the CPU, if anything.
        dtype: of the parameters.
    """

    def __init__(
        self,
        mode: str,
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
        super().__init__()
        if mode not in STEPS:
            raise ValueError(f"Unrecognized RNN mode: {mode}; known: {', '.join(STEPS)}")
        _check_sizes(input_size, hidden_size, num_layers, proj_size)
        _check_options(bias, batch_first, dropout, num_layers)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._suffixes = [
            f"_l{layer}{direction}"
            for layer in range(num_layers)
            for direction in (("", "_reverse") if bidirectional else ("",))
        ]
        for suffix in self._suffixes:
            self._add_weights(suffix, {"device": device, "dtype": dtype})
        self.reset_parameters()

    def _add_weights(self, suffix: str, make: dict[str, Any]) -> None:
        rows, size = CHUNKS[self.mode] * self.hidden_size, self.input_size
        if not suffix.startswith("_l0"):
            size = self.hidden_size * (2 if self.bidirectional else 1)
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, size),
            "weight_hh": (rows, self.hidden_size),
        }
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        for name, shape in shapes.items():
            setattr(self, name + suffix, Parameter(creation.empty(*shape, **make)))

    def reset_parameters(self) -> None:
        """Draw all parameters anew: evenly from ±1/√hidden_size."""
        draw_weights(self, self.hidden_size)

    def flatten_parameters(self) -> None:
        """Do nothing: it makes parameters neighbours in memory where a GPU wants them to be."""

    @property
    def all_weights(self) -> list[list[Any]]:
        """The weights (and biases) of each layer and direction."""
        return [
            [weight for weight in self._weights(suffix) if weight is not None]
            for suffix in self._suffixes
        ]

    def _weights(self, suffix: str) -> tuple[Any, Any, Any, Any]:
        members = self.__dict__
        return (
            members["weight_ih" + suffix],
            members["weight_hh" + suffix],
            members.get("bias_ih" + suffix),
            members.get("bias_hh" + suffix),
        )

    def extra_repr(self) -> str:
        """Return the sizes, and what differs from the defaults."""
        more = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0}
        more["bidirectional"] = False
        text = f"{self.input_size}, {self.hidden_size}"
        for name, default in more.items():
            value = getattr(self, name)
            if value != default:
                text += f", {name}={value}"
        return text

    # --- running through a sequence --------------------------------------------------------------

    def _run(self, input: Any, state: State | None, parts: int) -> tuple[Any, State]:
        """Go through a sequence with all layers.

        Args:
            input: shape (steps, n, input_size), (n, steps, input_size) with `batch_first`, or
                (steps, input_size).
            state: for each part of a state a tensor of shape (layers · directions, n,
                hidden_size), without n if the input is; None for zeros.
            parts: how many parts a state has.

        Returns:
            The output, in the shape of the input but for the last size, and the last state.
        """
        dims = self._check_dims(input, state)
        if dims == 2:
            input = unsqueeze(input, 0 if self.batch_first else 1)
            state = state and tuple(unsqueeze(part, 1) for part in state)
        steps, n = input.shape[:2]
        if self.batch_first:
            steps, n = n, steps
        shape = (len(self._suffixes), n, self.hidden_size)
        self._check_input(input, steps)
        if state is None:
            state = (zeros(input, *shape),) * parts
        else:
            self._check_state(state, shape, input)
        output, last = self._layers(input, steps, state)
        if self.batch_first:
            output = transpose(output, 0, 1)
        if dims == 2:
            output = squeeze(output, 0 if self.batch_first else 1)
            last = tuple(squeeze(part, 1) for part in last)
        return output, last

    def _layers(self, input: Any, steps: int, state: State) -> tuple[Any, State]:
        xs = [input[:, t] if self.batch_first else input[t] for t in range(steps)]
        directions = 2 if self.bidirectional else 1
        last: list[State] = []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                xs = _dropped(xs, self.dropout)
            runs = []
            for direction in range(directions):
                place = layer * directions + direction
                first = tuple(part[place] for part in state)
                run, end = self._through_time(xs[:: 1 - 2 * direction], first, place)
                runs.append(run[:: 1 - 2 * direction])
                last.append(end)
            xs = runs[0] if directions == 1 else [cat(both, 1) for both in zip(*runs, strict=True)]
        return stack(xs, 0), tuple(stack(each, 0) for each in zip(*last, strict=True))

    def _through_time(self, xs: list[Any], state: State, place: int) -> tuple[list[Any], State]:
        """Repeat the step of one layer in one direction; return each h, and the last state."""
        step, weights = STEPS[self.mode], self._weights(self._suffixes[place])
        layer, is_reverse = divmod(place, 2 if self.bidirectional else 1)
        of_layer = f"layer {layer + 1}, " if self.num_layers > 1 else ""
        of_direction = ", back" if is_reverse else ""
        hs = []
        for i, x in enumerate(xs):
            time = len(xs) - i if is_reverse else i + 1
            with part_of_call(self, f"{of_layer}step {time}{of_direction}"):
                state = step(x, state, weights)
            hs.append(state[0])
        return hs, state

    def _check_dims(self, input: Any, state: State | None) -> int:
        kind = type(self).__name__
        dims = number_of_dims(input, f"the input of {kind}")
        if dims not in (2, 3):
            order = "(n, steps, {})" if self.batch_first else "(steps, n, {})"
            raise ValueError(
                f"{kind}: Expected input to be 2D or 3D, got {dims}D instead: its shape is "
                f"{list(input.shape)}, but it must be {order.format(self.input_size)} or "
                f"(steps, {self.input_size})"
            )
        each = [number_of_dims(part, f"the state of {kind}") for part in state or ()]
        if any(number != dims for number in each):
            raise RuntimeError(
                f"For {'un' if dims == 2 else ''}batched {dims}-D input, hx should also be "
                f"{dims}-D but got {', '.join(f'{number}-D' for number in each)}"
            )
        return dims

    def _check_input(self, input: Any, steps: int) -> None:
        weight = self._weights("_l0")[0]
        if isinstance(input, Tensor) and isinstance(weight, Tensor) and input.dtype != weight.dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). "
                f"Convert input: input.to({weight.dtype}), or convert model: "
                f"model.to({input.dtype})"
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {input.shape[-1]}: the input has shape "
                f"{list(input.shape)}"
            )
        if not steps:
            raise RuntimeError(
                "Expected sequence length to be larger than 0 in RNN, but the input has shape "
                f"{list(input.shape)}"
            )

    def _check_state(self, state: State, shape: tuple[int, ...], input: Any) -> None:
        for i, part in enumerate(state):
            name = f"hidden[{i}]" if len(state) > 1 else "hidden"
            if tuple(part.shape) != shape:
                raise RuntimeError(f"Expected {name} size {shape}, got {list(part.shape)}")
            if part.dtype != input.dtype:
                raise RuntimeError(
                    f"the input and {name} must have the same dtype, but got {input.dtype} and "
                    f"{part.dtype}"
                )


def _dropped(xs: list[Any], p: float) -> list[Any]:
    """Drop numbers of a sequence: torch draws them for all of it at once."""
    of_tensors = isinstance(xs[0], Tensor)
    ones = creation.ones(len(xs), *xs[0].shape, dtype=xs[0].dtype if of_tensors else None)
    mask = functional.dropout(ones, p)
    return [x * (mask[t] if of_tensors else mask.array[t]) for t, x in enumerate(xs)]


def _check_sizes(input_size: Any, hidden_size: Any, num_layers: Any, proj_size: Any) -> None:
    sizes = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers}
    for name, size in sizes.items():
        if not isinstance(size, int):
            raise TypeError(f"{name} should be of type int, got: {type(size).__name__}")
        if size <= 0:
            raise ValueError(f"{name} must be greater than zero, but is {size}")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")
    if proj_size:
        raise NotImplementedError(
            "proj_size is not there: leave it at 0, and put an nn.Linear after the LSTM"
        )


def _check_options(bias: Any, batch_first: Any, dropout: Any, num_layers: int) -> None:
    if not isinstance(dropout, Real) or isinstance(dropout, bool) or not 0 <= float(dropout) <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an "
            f"element being zeroed, not {dropout!r}"
        )
    for name, option in {"bias": bias, "batch_first": batch_first}.items():
        if not isinstance(option, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(option).__name__}")
    if float(dropout) > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            f"expects num_layers greater than 1, but got dropout={dropout} and num_layers=1",
            stacklevel=4,
        )
