# %% [markdown]
# # One script, one process here, two processes on PyTorch
#
# Each process of PyTorch's DistributedDataParallel works on its share of a batch, and the gradients
# are averaged. The mean over the whole batch is the mean of the means over its halves, so one
# process with the whole batch does the same: this script ends with the same loss either way.
#
#     python distributed.py
#
# and, with `import torch` in the place of the import below,
#
#     torchrun --nproc-per-node 2 distributed.py

# %%
import os

import tinygrad_edu as torch

rank = int(os.environ.get("RANK", "0"))  # torchrun tells each process which it is,
processes = int(os.environ.get("WORLD_SIZE", "1"))  # and how many there are

torch.manual_seed(0)  # every process draws the same data and the same weights
inputs = torch.randn(64, 8)
targets = (inputs[:, :4] * inputs[:, 4:]).sum(1, keepdim=True).tanh()
model = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))
criterion = torch.nn.MSELoss()

# %% [markdown]
# Each process takes every so-manieth sample; alone, all of them. DistributedDataParallel averages
# the gradients during `backward`.

# %%
trained = model
if processes > 1:
    torch.distributed.init_process_group("gloo")
    trained = torch.nn.parallel.DistributedDataParallel(model)
own_inputs, own_targets = inputs[rank::processes], targets[rank::processes]

optimizer = torch.optim.SGD(trained.parameters(), lr=0.2, momentum=0.9)
for _ in range(100):
    loss = criterion(trained(own_inputs), own_targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

# %% [markdown]
# After the last step, the loss over all samples: the same in each process.

# %%
with torch.no_grad():
    print(
        f"process {rank} of {processes}: loss {criterion(model(inputs), targets).item():.6f}\n",
        end="",
    )
if processes > 1:
    torch.distributed.barrier()  # none leaves while another is still at work
    torch.distributed.destroy_process_group()
