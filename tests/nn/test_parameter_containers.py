"""ParameterList and ParameterDict: what must hold without torch to compare with."""

import copy

import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn


def test_tensors_become_parameters_that_share_their_memory():
    x = torch.ones(2)
    parameters = nn.ParameterList([x])
    x[0] = 5.0
    assert isinstance(parameters[0], nn.Parameter)
    assert parameters[0].tolist() == [5, 1]


def test_a_failed_change_changes_nothing():
    parameters = nn.ParameterDict({"a": torch.ones(1)})
    for key in ("keys", "x.y", 3, ""):
        with pytest.raises((KeyError, TypeError)):
            parameters[key] = torch.ones(1)
    assert list(parameters) == list(parameters._parameters) == ["a"]
    several = nn.ParameterList([torch.ones(1)])
    with pytest.raises(RuntimeError, match="floating"):
        several.append(torch.tensor([1]))
    assert len(several) == len(list(several)) == 1


def test_copies_are_independent():
    parameters = nn.ParameterDict({"a": torch.ones(1)})
    other = copy.deepcopy(parameters)
    other["b"] = torch.ones(2)
    assert list(parameters) == ["a"]
    assert other["a"] is not parameters["a"]


def test_a_list_that_extends_itself():
    parameters = nn.ParameterList([torch.ones(1), torch.ones(2)])
    assert len(parameters.extend(parameters)) == 4


def test_parameters_of_values():
    module = nn.ParameterList([torch.ones(2)]).to(Value)
    assert [p.label for p in module.parameters()] == ["0[0]", "0[1]"]
    assert sum(module[0]).data == 2
    assert "ndarray" in repr(module)
