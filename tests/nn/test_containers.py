"""Sequential, ModuleList and ModuleDict."""

from collections import OrderedDict

import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn


def names(container):
    return [f"{name}:{type(module).__name__}" for name, module in container.named_children()]


def three():
    return [nn.Linear(1, 1), nn.ReLU(), nn.Tanh()]


CHANGES = {
    "append": (lambda s: s.append(nn.Sigmoid()), ["0:Linear", "1:ReLU", "2:Tanh", "3:Sigmoid"]),
    "insert": (lambda s: s.insert(1, nn.Sigmoid()), ["0:Linear", "1:Sigmoid", "2:ReLU", "3:Tanh"]),
    "extend": (lambda s: s.extend([nn.Sigmoid()]), ["0:Linear", "1:ReLU", "2:Tanh", "3:Sigmoid"]),
    "set": (lambda s: s.__setitem__(-1, nn.Sigmoid()), ["0:Linear", "1:ReLU", "2:Sigmoid"]),
    "delete": (lambda s: s.__delitem__(0), ["0:ReLU", "1:Tanh"]),
    "delete a slice": (lambda s: s.__delitem__(slice(1, None)), ["0:Linear"]),
    "pop": (lambda s: s.pop(1), ["0:Linear", "1:Tanh"]),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("make", [lambda: nn.Sequential(*three()), lambda: nn.ModuleList(three())])
def test_changing_a_sequence(make, name):
    call, expected = CHANGES[name]
    sequence = make()
    call(sequence)
    assert names(sequence) == expected


def test_sequences_can_be_added_and_multiplied():
    s = nn.Sequential(*three())
    assert names(s + nn.Sequential(nn.Sigmoid())) == ["0:Linear", "1:ReLU", "2:Tanh", "3:Sigmoid"]
    assert names(s[:2]) == ["0:Linear", "1:ReLU"]
    assert len(2 * s) == 6
    assert (2 * s)[3] is s[0]
    with pytest.raises(ValueError, match="add operator supports only objects of Sequential"):
        s + [nn.ReLU()]  # noqa: RUF005
    with pytest.raises(IndexError, match="index 5 is out of range"):
        s[5]


def test_a_sequence_with_names():
    s = nn.Sequential(OrderedDict([("in", nn.Linear(2, 3)), ("act", nn.ReLU())]))
    assert list(s.state_dict()) == ["in.weight", "in.bias"]
    assert s.act is s[1]
    assert names(s[1:]) == ["act:ReLU"]
    assert tuple(s(torch.ones(5, 2)).shape) == (5, 3)


def test_module_dict():
    d = nn.ModuleDict([("a", nn.ReLU()), ("b", nn.Linear(1, 1))])
    assert list(d.items()) == [("a", d["a"]), ("b", d["b"])]
    assert "a" in d
    assert d.pop("a").__class__ is nn.ReLU
    d.update({"c": nn.Tanh()})
    assert list(d) == ["b", "c"]
    assert list(d.state_dict()) == ["b.weight", "b.bias"]
    with pytest.raises(KeyError, match="zz"):
        d["zz"]
    with pytest.raises(KeyError, match="attribute 'keys' already exists"):
        d["keys"] = nn.Tanh()
    d.clear()
    assert len(d) == 0
