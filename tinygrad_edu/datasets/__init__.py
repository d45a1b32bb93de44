"""Small real data that ships with the package, as plain numpy arrays.

One module per data set; sources and licences are in `README.md` beside them.
"""

from tinygrad_edu.datasets.digits import Digits, digits

__all__ = ["Digits", "digits"]
