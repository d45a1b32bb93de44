"""What surrounds training, under torch.utils' names: data."""

from tinygrad_edu.utils import data

__all__ = ["data"]
