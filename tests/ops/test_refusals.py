"""What this library leaves out it refuses by name, rather than to compute something else."""

import pytest
from cases import run

import tinygrad_edu

LEAF = "w = torch.ones(2, requires_grad=True); x = w * 2; "


@pytest.mark.parametrize(
    "program",
    [
        # norms of singular values
        LEAF + "x.norm('nuc')",
    ],
)
def test_what_is_not_there_is_refused(program: str) -> None:
    with pytest.raises(NotImplementedError, match="not there"):
        run(program, tinygrad_edu)
