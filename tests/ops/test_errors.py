# ruff: noqa: E501 - an error is a line of a table
"""Errors: the class is torch's, and the message names what does not fit."""

import pytest
from cases import run

import tinygrad_edu

# program | class of the error | what its message names, separated by blanks, each with _ for a blank
TABLE_OF_ERRORS = """
torch.ones(2, 3) + torch.ones(4)                               | RuntimeError | 3 4 [2,_3] [4] dimension_1
torch.ones(2, 3) * torch.ones(3, 2)                            | RuntimeError | [2,_3] [3,_2]
torch.maximum(torch.ones(5), torch.ones(6))                    | RuntimeError | 5 6
torch.where(torch.ones(2) > 0, torch.ones(3), torch.ones(2))   | RuntimeError | 2 3
torch.ones(2, 3) == torch.ones(4)                              | RuntimeError | 3 4
torch.ones(2, 3) @ torch.ones(4, 5)                            | RuntimeError | 2x3 4x5
torch.ones(2, 3) @ torch.ones(4)                               | RuntimeError | [2,_3] [4]
torch.ones(7, 2, 3) @ torch.ones(6, 3, 2)                      | RuntimeError | 7 6
torch.ones(2) @ torch.tensor(1.0)                              | RuntimeError | 1D 0D
torch.mm(torch.ones(2), torch.ones(2, 2))                      | RuntimeError | 2-D [2]
torch.bmm(torch.ones(2, 2), torch.ones(2, 2, 2))               | RuntimeError | 3-D [2,_2]
torch.dot(torch.ones(3), torch.ones(4))                        | RuntimeError | [3] [4]
torch.mv(torch.ones(2, 3), torch.ones(2))                      | RuntimeError | [2,_3] [2]
torch.outer(torch.ones(2, 3), torch.ones(2))                   | RuntimeError | [2,_3]
torch.mm(torch.ones(2, 2), torch.ones(2, 2).double())          | RuntimeError | float32 float64
torch.ones(2, 2) @ torch.ones(2, 2, dtype=torch.int64)         | RuntimeError | float32 int64
torch.ones(2) @ 3                                              | TypeError    | int
torch.cat([torch.ones(2, 3), torch.ones(2, 4)])                | RuntimeError | [2,_3] [2,_4] dimension_0
torch.cat([])                                                  | ValueError   | non-empty
torch.cat([torch.tensor(1.0), torch.tensor(2.0)])              | RuntimeError | zero-dimensional stack
torch.cat([torch.ones(2), 3])                                  | TypeError    | int
torch.stack([torch.ones(2), torch.ones(3)])                    | RuntimeError | [2] [3]
torch.stack([])                                                | RuntimeError | non-empty
torch.ones(6).view(4)                                          | RuntimeError | [4] 6
torch.ones(2, 3).T.view(6)                                     | RuntimeError | reshape stride
torch.ones(6).reshape(-1, 4)                                   | RuntimeError | [-1,_4] 6
torch.ones(6).reshape(-1, -1)                                  | RuntimeError | -1
torch.ones(2, 3).expand(2, 4)                                  | RuntimeError | 4 3 dimension_1
torch.ones(2, 3).expand(3)                                     | RuntimeError | [2,_3]
torch.ones(2, 3).permute(0)                                    | RuntimeError | [0] [2,_3]
torch.ones(2, 3).transpose(0, 2)                               | IndexError   | [-2,_1] 2
torch.ones(2, 3).sum(2)                                        | IndexError   | [-2,_1] 2
torch.ones(2, 3).sum((0, 0))                                   | RuntimeError | 0 multiple
torch.ones(2, 3).softmax(-3)                                   | IndexError   | [-2,_1] -3
torch.ones(2, 3).unsqueeze(5)                                  | IndexError   | [-3,_2] 5
torch.ones(2, 3).flatten(1, 0)                                 | RuntimeError | start_dim
torch.ones(2, 3).size(2)                                       | IndexError   | 2
torch.ones(2, 2, 2).t()                                        | RuntimeError | 3D
torch.ones(5).split([2, 2])                                    | RuntimeError | 5 [2,_2]
torch.ones(5).split(-1)                                        | RuntimeError | -1
torch.ones(5).chunk(0)                                         | RuntimeError | 0
torch.ones(2, 3).gather(0, torch.tensor([0]))                  | RuntimeError | [1] [2,_3]
torch.ones(2, 3).gather(0, torch.tensor([[5]]))                | RuntimeError | 5 size_2
torch.ones(2, 3).gather(0, torch.tensor([[0.0]]))              | RuntimeError | int64
torch.ones(2, 3).index_select(0, torch.tensor([2]))            | IndexError   | 2 size_2
torch.ones(2, 3)[2]                                            | IndexError   | 2 [2,_3]
torch.ones(2, 3)[0, 0, 0]                                      | IndexError   | [2,_3]
torch.ones(2, 3)[torch.tensor([0, 2])]                         | IndexError   | 2
torch.ones(2, 3)[torch.tensor([True, False, True])]            | IndexError   | 3 2
torch.ones(2, 3)[torch.tensor([0.5])]                          | IndexError   | long bool
torch.ones(4)[::-1]                                            | ValueError   | step
torch.zeros(0).max()                                           | RuntimeError | max() [0]
torch.zeros(0, 3).amax(0)                                      | IndexError   | amax() [0,_3]
torch.zeros(0).argmax()                                        | IndexError   | argmax() [0]
torch.ones(3, dtype=torch.int64).mean()                        | RuntimeError | mean() Long
torch.ones(3, dtype=torch.int64).std()                         | RuntimeError | floating
torch.ones(2).clamp()                                          | RuntimeError | min max
torch.tensor([True]) - torch.tensor([True])                    | RuntimeError | bool ~
torch.tensor([2]) ** -1                                        | RuntimeError | negative
torch.tensor([1, 2], requires_grad=True)                       | RuntimeError | floating int64
torch.ones(2, dtype=torch.int64).requires_grad_()              | RuntimeError | floating int64
torch.ones(2, requires_grad=True).numpy()                      | RuntimeError | detach()
torch.ones(2, requires_grad=True).backward()                   | RuntimeError | scalar [2]
torch.ones(()).backward()                                      | RuntimeError | requires_grad
x = torch.ones(2, requires_grad=True); x.backward(torch.ones(3)) | RuntimeError | [3] [2]
x = torch.ones((), requires_grad=True); x.backward(1.0)        | TypeError    | float
x = torch.ones((), requires_grad=True); y = x * x; y.backward(); y.backward() | RuntimeError | second_time retain_graph
x = torch.ones(2, requires_grad=True); x += 1                  | RuntimeError | leaf no_grad
x = torch.ones(2, requires_grad=True); x[0] = 1                | RuntimeError | leaf
x = torch.ones(2, requires_grad=True); x[:1] += 1              | RuntimeError | view leaf
x = torch.ones(2, requires_grad=True); y = x.exp(); y += 1; y.sum().backward() | RuntimeError | modified exp [2]
x = torch.ones(2, requires_grad=True); y = x * 1; z = y * y; y *= 2; z.sum().backward() | RuntimeError | modified mul [2]
x = torch.ones(2); x += torch.ones(3, 2)                       | RuntimeError | [2] [3,_2]
x = torch.ones(2, dtype=torch.int64); x += 0.5                 | RuntimeError | Float Long
x = torch.ones(1).expand(3); x += 1                            | RuntimeError | clone()
x = torch.ones(2, requires_grad=True); (x * 2).requires_grad = False | RuntimeError | detach
x = torch.ones(2); torch.autograd.grad(x.sum(), x)             | RuntimeError | require
x = torch.ones((), requires_grad=True); y = torch.ones((), requires_grad=True); torch.autograd.grad(x * 2, y) | RuntimeError | allow_unused
torch.ones(2).register_hook(print)                             | RuntimeError | require
torch.ones(2).retain_grad()                                    | RuntimeError | requires_grad
torch.ones(2).item()                                           | RuntimeError | 2 [2]
bool(torch.ones(2))                                            | RuntimeError | more_than_one
float(torch.ones(2))                                           | ValueError   | [2]
len(torch.tensor(1.0))                                         | TypeError    | 0-d
list(torch.tensor(1.0))                                        | TypeError    | 0-d
[1, 2][torch.tensor(0.5)]                                      | TypeError    | integer
torch.tensor([[1], [1, 2]])                                    | ValueError   | length
torch.tensor("a")                                              | TypeError    | str
torch.tensor(None)                                             | RuntimeError | NoneType
torch.tensor(2**63)                                            | ValueError   | 2**63
torch.tensor([300], dtype=torch.uint8)                         | RuntimeError | uint8 0_to_255
torch.zeros(-1)                                                | RuntimeError | -1
torch.zeros(1.5)                                               | TypeError    | float
torch.from_numpy([1])                                          | TypeError    | list
torch.arange(0, 1, 0)                                          | RuntimeError | step
torch.arange(1, 0)                                             | RuntimeError | 1 0
torch.linspace(0, 1, -1)                                       | RuntimeError | -1
torch.set_default_dtype(torch.int64)                           | TypeError    | int64
torch.ones(2).nothing                                          | AttributeError | nothing
"""
ERRORS = [
    tuple(cell.strip() for cell in line.rsplit("|", 2))
    for line in TABLE_OF_ERRORS.strip().splitlines()
]


@pytest.mark.parametrize(("program", "kind", "named"), ERRORS, ids=lambda x: x)
def test_errors_name_what_does_not_fit(program: str, kind: str, named: str) -> None:
    with pytest.raises(Exception) as caught:
        run(program, tinygrad_edu)
    assert type(caught.value).__name__ == kind
    message = str(caught.value).replace(" ", "_")
    assert not [word for word in named.split() if word not in message], message


def test_errors_are_those_of_torch() -> None:
    torch = pytest.importorskip("torch", reason="the classes of errors are compared with torch")
    for program, kind, _ in ERRORS:
        with pytest.raises(Exception) as caught:
            run(program, torch)
        assert type(caught.value).__name__ == kind, program
