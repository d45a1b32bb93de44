"""Draws from distributions that tensors give: what holds without torch."""

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu.plain.draws import memory_order


def test_numbers_of_a_seed() -> None:
    """What torch 2.13 draws from the seed 0."""
    weights = torch.tensor([0.1, 0.2, 0.3, 0.4])
    _ = torch.manual_seed(0)
    assert torch.multinomial(weights, 4).tolist() == [2, 1, 3, 0]
    assert torch.multinomial(weights, 6, replacement=True).tolist() == [3, 3, 1, 2, 2, 1]
    assert torch.bernoulli(weights).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert torch.poisson(weights * 50).tolist() == [5.0, 7.0, 9.0, 16.0]


@pytest.mark.parametrize("replacement", [True, False])
def test_categories_come_as_often_as_their_weights_say(replacement: bool) -> None:
    draws = torch.Generator().manual_seed(1)
    weights = torch.tensor([[1.0, 0.0, 3.0]]).expand(4000, 3)
    first = torch.multinomial(weights, 2, replacement, generator=draws)[:, 0]
    counts = torch.bincount(first, minlength=3).tolist()
    assert counts[1] == 0
    assert counts[0] / 4000 == pytest.approx(0.25, abs=0.03)


def test_without_replacement_no_category_comes_twice() -> None:
    drawn = torch.multinomial(torch.ones(50, 6), 6)
    assert drawn.sort(1).values.tolist() == [[0, 1, 2, 3, 4, 5]] * 50


def test_a_generator_of_its_own_leaves_the_default_one_alone() -> None:
    _ = torch.manual_seed(5)
    expected = torch.rand(3).tolist()
    _ = torch.manual_seed(5)
    own = torch.Generator().manual_seed(7)
    torch.multinomial(torch.ones(4), 2, generator=own)
    torch.normal(torch.zeros(3), 1.0, generator=own)
    torch.bernoulli(torch.full((3,), 0.5), generator=own)
    torch.poisson(torch.ones(3), generator=own)
    assert torch.rand(3).tolist() == expected


def test_the_mean_and_the_spread_of_normal_numbers() -> None:
    draws = torch.Generator().manual_seed(2)
    x = torch.normal(torch.tensor([10.0]).expand(20000), torch.tensor(2.0), generator=draws)
    assert x.mean().item() == pytest.approx(10.0, abs=0.06)
    assert x.std().item() == pytest.approx(2.0, abs=0.06)


@pytest.mark.parametrize("mean", [0.5, 4.0, 30.0, 500.0])
def test_the_mean_and_the_variance_of_a_poisson_distribution(mean: float) -> None:
    x = torch.poisson(torch.full((3000,), mean), torch.Generator().manual_seed(3))
    assert x.mean().item() == pytest.approx(mean, rel=0.06)
    assert x.var().item() == pytest.approx(mean, rel=0.12)


def test_what_was_drawn_does_not_change_with_its_distribution() -> None:
    p = torch.tensor([0.3, 0.6], requires_grad=True)
    (torch.bernoulli(p) * 5).sum().backward()
    assert p.grad.tolist() == [0.0, 0.0]


def test_dims_in_the_order_of_memory() -> None:
    x = np.zeros((2, 3, 4))
    for order in [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)]:
        assert memory_order(x.transpose(order)) == np.argsort(order).tolist()
    assert memory_order(np.broadcast_to(np.zeros((1, 3)), (2, 3))) == [0, 1]


def test_errors_name_what_does_not_fit() -> None:
    with pytest.raises(RuntimeError, match="3 of 2 categories"):
        torch.multinomial(torch.ones(2), 3)
    with pytest.raises(RuntimeError, match=r"mean \[3\] and std \[2\]"):
        torch.normal(torch.zeros(3), torch.ones(2))
    with pytest.raises(RuntimeError, match="sum of probabilities"):
        torch.multinomial(torch.zeros(2), 1)
