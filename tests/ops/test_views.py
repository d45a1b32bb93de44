"""Views share memory with what they show, copies do not, and each sends its gradient home."""

import numpy as np
import pytest

import tinygrad_edu as torch

VIEWS = {
    "narrow": lambda x: x.narrow(1, 1, 2),
    "select": lambda x: x.select(1, 0),
    "diagonal": lambda x: x.diagonal(1),
    "unfold": lambda x: x.unfold(1, 2, 1),
    "movedim": lambda x: x.movedim(0, 1),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "adjoint": lambda x: x.adjoint(),
    "H": lambda x: x.H,
    "mH": lambda x: x.mH,
    "broadcast_to": lambda x: x.broadcast_to(2, 3, 3),
    "ravel": lambda x: x.ravel(),
    "unflatten": lambda x: x.unflatten(1, (3, 1)),
    "split": lambda x: x.split(2, 1)[0],
    "chunk": lambda x: x.chunk(2)[1],
    "unbind": lambda x: x.unbind(1)[2],
    "tensor_split": lambda x: x.tensor_split((1,), 1)[1],
    "hsplit": lambda x: x.hsplit(3)[1],
    "vsplit": lambda x: x.vsplit([1])[1],
    "atleast_3d": lambda x: torch.atleast_3d(x),
    "broadcast_tensors": lambda x: torch.broadcast_tensors(x, torch.ones(2, 1, 1))[0],
    "meshgrid": lambda x: torch.meshgrid(x[0], x[1], indexing="ij")[0],
    "linalg.diagonal": lambda x: torch.linalg.diagonal(x),
    "einsum": lambda x: torch.einsum("ij->ji", x),
}
COPIES = {
    "repeat": lambda x: x.repeat(1, 1),
    "tile": lambda x: x.tile(1),
    "repeat_interleave": lambda x: x.repeat_interleave(1, 0),
    "roll": lambda x: x.roll(0, 0),
    "flip": lambda x: x.flip(()),
    "rot90": lambda x: x.rot90(4),
    "tril": lambda x: x.tril(5),
    "diag": lambda x: x.diag(),
    "hstack": lambda x: torch.hstack([x]),
    "matrix_power": lambda x: x.matrix_power(1),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shows_later_changes(name: str) -> None:
    x = torch.arange(9.0).reshape(3, 3)
    view = VIEWS[name](x)
    assert np.shares_memory(view.array, x.array)
    before = view.sum().item()
    x += 1
    assert view.sum().item() == before + view.numel()


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_does_not(name: str) -> None:
    x = torch.arange(9.0).reshape(3, 3)
    copy = COPIES[name](x)
    assert not np.shares_memory(copy.array, x.array)
    assert copy.array.flags.writeable


@pytest.mark.parametrize("name", ["diagonal", "narrow", "split", "unbind", "movedim"])
def test_a_view_can_be_written_to(name: str) -> None:
    x = torch.zeros(3, 3)
    view = VIEWS[name](x)
    view += 1
    assert x.sum().item() == view.numel()


def test_the_pieces_of_a_sequence_get_their_own_gradients() -> None:
    x = torch.zeros(4, 2, requires_grad=True)
    for step, piece in enumerate(x.unbind()):
        (piece * step).sum().backward()
    assert x.grad.tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]


def test_windows_count_how_often_an_element_is_seen() -> None:
    x = torch.zeros(5, requires_grad=True)
    x.unfold(0, 3, 1).sum().backward()
    assert x.grad.tolist() == [1, 2, 3, 2, 1]


def test_pieces_of_arrays_of_values_are_arrays_of_values() -> None:
    array = np.array([torch.Value(float(i)) for i in range(4)])
    first, second = torch.chunk(array, 2)
    assert [x.data for x in second] == [2.0, 3.0] and first[0] is array[0]


def test_meshgrid_asks_for_the_indexing() -> None:
    with pytest.warns(UserWarning, match="indexing"):
        x, y = torch.meshgrid(torch.arange(2), torch.arange(3))
    assert x.shape == y.shape == (2, 3)


def test_broadcast_shapes() -> None:
    assert torch.broadcast_shapes((2, 1), 3, ()) == (2, 3)
    assert torch.broadcast_shapes() == ()
    with pytest.raises(RuntimeError, match=r"length 3.*argument 1.*does not fit \[2\]"):
        torch.broadcast_shapes((2,), (3,))
    with pytest.raises(ValueError, match="negative"):
        torch.broadcast_shapes((-1,))


def test_trace_is_a_function_and_a_package() -> None:
    assert torch.trace(torch.eye(3)).item() == 3
    assert callable(torch.trace.explain)
