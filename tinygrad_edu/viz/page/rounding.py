"""Which gradients are rounding errors: sums whose terms cancel to within the last digits."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from tinygrad_edu.trace.graph import Use, ValueNode
from tinygrad_edu.trace.rule_text import rule_template
from tinygrad_edu.trace.sizes import rms

LAST_DIGITS = 32
"""So many units in the last place of a sum are nothing but its rounding."""


def is_rounding(value: ValueNode, gradients: Mapping[int, Any]) -> bool:
    """Tell whether all that a leaf gets is the rounding error of a sum over what arrives.

    So it is for a bias before a normalisation, which subtracts it again: its gradient is 0.

    Args:
        value: the leaf.
        gradients: of all values, by index, as `Steps.gradients` has them.

    >>> import tinygrad_edu as torch
    >>> from tinygrad_edu import nn
    >>> from tinygrad_edu.trace.ledger import steps
    >>> _ = torch.manual_seed(0)
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh())
    >>> ledger = steps((model(torch.randn(16, 3)) ** 3).mean())
    >>> found = ledger.gradients()
    >>> [value.name for value in ledger.graph.values if is_rounding(value, found)]
    ['0.bias']
    """
    if value.made_by is not None or not value.uses:
        return False
    return all(_cancels(use, gradients.get(use.operation.results[0].index)) for use in value.uses)


def _cancels(use: Use, upstream: Any) -> bool:
    sent = use.contribution
    if upstream is None or sent is None or not _is_sum(use):
        return False
    array = np.asarray(sent)
    terms = np.size(upstream) / max(array.size, 1)
    likely = rms(upstream) * math.sqrt(terms)
    return 0 < rms(array) <= LAST_DIGITS * float(np.finfo(array.dtype).eps) * likely


def _is_sum(use: Use) -> bool:
    """Tell whether a rule takes nothing but the gradient that arrives, and sums it."""
    template, count = rule_template(use.operation, use.position), len(use.operation.arguments)
    return "Σ" in template and set(re.findall(r"\{(\d+)\}", template)) == {str(count + 1)}
