"""Losses as modules: how far an output is from its target, as one number."""

from __future__ import annotations

from typing import Any

from tinygrad_edu.nn import functional
from tinygrad_edu.nn.module import Module


class _Loss(Module):
    """A loss with a reduction."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction


class MSELoss(_Loss):
    """The mean of the squared errors (input − target)² (torch.nn.MSELoss).

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.

    Raises:
        ValueError: when called, for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.MSELoss()(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor(2.)
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape, or `Value`s with numbers."""
        return functional.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """The mean of the absolute errors |input − target| (torch.nn.L1Loss).

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.

    Raises:
        ValueError: when called, for another reduction.

    >>> import tinygrad_edu as torch
    >>> torch.nn.L1Loss(reduction="none")(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape, or `Value`s with numbers."""
        return functional.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """Squares of small errors, the size of large ones: outliers count less (torch.nn.SmoothL1Loss).

    (input − target)² / 2β where |input − target| < β, else |input − target| − β/2.

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.
        beta: where squares end; with 0 it is `L1Loss`.

    Raises:
        RuntimeError: when called, for a negative beta.
        ValueError: when called, for another reduction.

    >>> import tinygrad_edu as torch
    >>> loss = torch.nn.SmoothL1Loss(reduction="none")
    >>> loss(torch.tensor([1.5, 4.0]), torch.tensor([1.0, 1.0]))
    tensor([0.1250, 2.5000])
    """

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape, or `Value`s with numbers."""
        return functional.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Squares of small errors, δ times the size of large ones (torch.nn.HuberLoss).

    (input − target)² / 2 where |input − target| < δ, else δ (|input − target| − δ/2).

    Args:
        reduction: "mean", "sum" or "none" for each error by itself.
        delta: where squares end.

    Raises:
        TypeError: if delta is no number.
        RuntimeError: when called, for a delta that is not positive.
        ValueError: when called, for another reduction.

    >>> import tinygrad_edu as torch
    >>> loss = torch.nn.HuberLoss(reduction="none", delta=2.0)
    >>> loss(torch.tensor([1.5, 4.0]), torch.tensor([1.0, 1.0]))
    tensor([0.1250, 4.0000])
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, (float, int)):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        """Compare two tensors of one shape, or `Value`s with numbers."""
        return functional.huber_loss(input, target, self.reduction, self.delta)


class KLDivLoss(_Loss):
    """target · (ln target − input), the divergence of distributions (torch.nn.KLDivLoss).

    Args:
        reduction: "batchmean" for the divergence of each sample, in the mean; "mean", over all
            elements; "sum" or "none".
        log_target: whether the target is given as logarithms, as the input always is.

    Raises:
        ValueError: when called, for another reduction.

    >>> import tinygrad_edu as torch
    >>> p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[0.25, 0.75]])
    >>> torch.nn.KLDivLoss(reduction="batchmean")(q.log(), p)
    tensor(0.1438)
    """

    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        """Compare the logarithms of probabilities with probabilities, of one shape."""
        return functional.kl_div(
            input, target, reduction=self.reduction, log_target=self.log_target
        )


class _WeightedLoss(_Loss):
    """A loss with weights, which are a buffer: they move with the module and are saved with it."""

    weight: Any

    def __init__(self, weight: Any = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.register_buffer("weight", weight)


class NLLLoss(_WeightedLoss):
    """−ln p of the class that is right, in the mean, given logarithms (torch.nn.NLLLoss).

    Args:
        weight: how much each class counts, shape (classes,).
        ignore_index: a class number that does not count.
        reduction: "mean", "sum" or "none" for each sample by itself.

    Raises:
        IndexError: when called, for a target that is no class.
        RuntimeError: when called, for a target of another dtype or shape.
        ValueError: when called, for another number of targets than samples.

    >>> import tinygrad_edu as torch
    >>> log_p = torch.tensor([[0.5, 0.5], [0.1, 0.9]]).log()
    >>> torch.nn.NLLLoss()(log_p, torch.tensor([0, 1]))
    tensor(0.3993)
    """

    def __init__(
        self, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        """Compare ln p of shape (n, classes, …) with class numbers of shape (n, …)."""
        return functional.nll_loss(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class CrossEntropyLoss(_WeightedLoss):
    """−ln softmax(input) of the class that is right, in the mean (torch.nn.CrossEntropyLoss).

    The model gives logits: numbers of any size, without a softmax at its end.

    Args:
        weight: how much each class counts, shape (classes,).
        ignore_index: a class number that does not count.
        reduction: "mean", "sum" or "none" for each sample by itself.
        label_smoothing: from 0 to 1: how much of the target is spread evenly over all classes.

    Raises:
        IndexError: when called, for a target that is no class.
        RuntimeError: when called, for a target of another dtype or shape.
        ValueError: when called, for another number of targets than samples.

    >>> import tinygrad_edu as torch
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    >>> torch.nn.CrossEntropyLoss()(logits, torch.tensor([0, 1]))
    tensor(0.2201)
    """

    def __init__(
        self,
        weight: Any = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Any, target: Any) -> Any:
        """Compare logits of shape (n, classes, …) with class numbers (n, …) or probabilities."""
        return functional.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class BCELoss(_WeightedLoss):
    """−t ln p − (1 − t) ln(1 − p), in the mean, given probabilities p (torch.nn.BCELoss).

    Args:
        weight: how much each loss counts, a shape that broadcasts to that of the input.
        reduction: "mean", "sum" or "none" for each loss by itself.

    Raises:
        RuntimeError: when called, for numbers that are not between 0 and 1.
        ValueError: when called, if the shapes differ.

    >>> import tinygrad_edu as torch
    >>> torch.nn.BCELoss()(torch.tensor([0.9, 0.2]), torch.tensor([1.0, 0.0]))
    tensor(0.1643)
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Compare probabilities with targets from 0 to 1, of one shape."""
        return functional.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """The BCELoss of σ(input), finite for every logit (torch.nn.BCEWithLogitsLoss).

    Args:
        weight: how much each loss counts, a shape that broadcasts to that of the input.
        reduction: "mean", "sum" or "none" for each loss by itself.
        pos_weight: how much a target of 1 counts, a shape that broadcasts to that of the input.

    Raises:
        RuntimeError: when called, for a target of integers, or weights that do not fit.
        ValueError: when called, if the shapes differ.

    >>> import tinygrad_edu as torch
    >>> torch.nn.BCEWithLogitsLoss()(torch.tensor([2.0, -1000.0]), torch.tensor([1.0, 0.0]))
    tensor(0.0635)
    """

    pos_weight: Any

    def __init__(
        self, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None
    ) -> None:
        super().__init__(weight, reduction=reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        """Compare logits with targets from 0 to 1, of one shape."""
        return functional.binary_cross_entropy_with_logits(
            input,
            target,
            self.weight,
            reduction=self.reduction,
            pos_weight=self.pos_weight,
        )
