"""Initialisation, state_dict, saving and loading, freezing, parameter groups."""

import os
import tempfile

import torch
from torch import nn


def init(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.constant_(m.bias, 0.01)


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
net.apply(init)
print(net[0].weight, net.state_dict()["2.bias"])
path = os.path.join(tempfile.mkdtemp(), "net.pt")
torch.save(net.state_dict(), path)
clone = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
print(clone.load_state_dict(torch.load(path, weights_only=True)))
x = torch.rand(2, 4)
print(torch.equal(net(x), clone(x)), net(x))

for p in net[0].parameters():
    p.requires_grad = False
optimizer = torch.optim.SGD(
    [{"params": net[2].weight, "weight_decay": 0.1}, {"params": net[2].bias}], lr=0.1
)
loss = net(x).sum()
loss.backward()
optimizer.step()
print([p.grad is None for p in net.parameters()], net[2].bias)
print(optimizer)
try:
    clone.load_state_dict({"0.weight": torch.zeros(3, 4)})
except RuntimeError as error:
    print(str(error).splitlines()[0])
lists = nn.ParameterList([nn.Parameter(torch.zeros(2)), nn.Parameter(torch.ones(1))])
print(lists, isinstance(net[0].weight, torch.Tensor), list(net.named_children())[0])
