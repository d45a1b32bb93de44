"""How a number is written for people, in pictures and in texts."""

from __future__ import annotations

import math


def number(x: float | None, digits: int = 4) -> str:
    """Write a number as a person would: 4 significant digits, a real minus, – where there is none.

    From 0.001 to a million without an exponent, and with the digits before the point all true.

    >>> number(0.25), number(-2.0), number(13780.6123), number(0.9**100), number(None)
    ('0.25', '−2', '13780.6', '2.656e-5', '–')
    >>> number(math.inf), number(math.nan), number(-0.0), number(1e-300)
    ('inf', 'nan', '0', '1e-300')
    """
    if x is None:
        return "–"
    if not math.isfinite(x):
        return str(x).replace("-", "−")
    if x == 0:
        return "0"
    if 1e-3 <= abs(x) < 1e6:
        decimals = max(1, digits - 1 - math.floor(math.log10(abs(x))))
        text = f"{x:.{decimals}f}".rstrip("0").rstrip(".")
    else:
        mantissa, _, exponent = f"{x:.{digits - 1}e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return "−" + text[1:] if text.startswith("-") else text
