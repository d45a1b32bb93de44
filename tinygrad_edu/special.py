"""Functions of one number, or two, that have names of their own (torch.special)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from tinygrad_edu.later import as_function
from tinygrad_edu.missing import missing
from tinygrad_edu.ops import TABLE, angles, gamma, logarithms, rounding, tails
from tinygrad_edu.ops import softmax as softmax_

digamma = psi = as_function(gamma.digamma)
entr = as_function(logarithms.entr)
erf = as_function(TABLE["erf"])
erfc = as_function(tails.erfc)
erfinv = as_function(tails.erfinv)
exp2 = as_function(logarithms.exp2)
expit = as_function(TABLE["sigmoid"])
expm1 = as_function(TABLE["expm1"])
gammaln = as_function(gamma.lgamma)
log1p = as_function(TABLE["log1p"])
log_softmax = as_function(softmax_.log_softmax)
logit = as_function(logarithms.logit)
logsumexp = as_function(softmax_.logsumexp)
polygamma = gamma.polygamma
round = rounding.round
sinc = as_function(angles.sinc)
softmax = as_function(softmax_.softmax)
xlogy = as_function(TABLE["xlogy"])

if not TYPE_CHECKING:  # so that type checkers find misspelt names by themselves

    def __getattr__(name: str) -> NoReturn:
        raise missing("tinygrad_edu.special", name)


__all__ = [
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlogy",
]
