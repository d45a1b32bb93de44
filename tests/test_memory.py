"""Memory that is freed stays with the process."""

import platform
import subprocess
import sys

import pytest

STEPS = """
import resource
import tinygrad_edu as torch
from tinygrad_edu import nn

model = nn.Sequential(nn.Linear(256, 512), nn.Sigmoid(), nn.Linear(512, 256))
loss_of = {compile}(lambda x: (model(x) ** 2).mean())
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(1024, 256)
for step in range(12):
    if step == 6:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    optimizer.zero_grad()
    loss_of(x).backward()
    optimizer.step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that gives memory back")
@pytest.mark.parametrize("compile", ["torch.compile", ""])
def test_a_step_asks_the_system_for_no_memory(compile: str) -> None:
    """Six steps use more than 60 MB, 15,000 pages, of which few are new to the process."""
    script = STEPS.replace("{compile}", compile)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 500
