"""A network whose depth is drawn anew in each pass, with shared weights."""

import random

import torch


class DynamicNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.randn(()))
        self.b = torch.nn.Parameter(torch.randn(()))
        self.middle = torch.nn.Linear(8, 8)
        self.ends = torch.nn.ModuleDict({"in": torch.nn.Linear(1, 8), "out": torch.nn.Linear(8, 1)})

    def forward(self, x):
        h = self.ends["in"](x).clamp(min=0)
        for _ in range(random.randint(0, 3)):
            h = self.middle(h).relu()
        if h.sum().item() > 100:
            h = h / 2
        return self.a + self.b * self.ends["out"](h)


random.seed(5)
torch.manual_seed(5)
x = torch.linspace(-2, 2, 50).unsqueeze(1)
y = x.pow(2)
model = DynamicNet()
criterion = torch.nn.MSELoss(reduction="mean")
optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
for t in range(200):
    loss = criterion(model(x), y)
    if t % 40 == 39:
        print(t, f"{loss.item():.4f}")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(model)

layers = torch.nn.ModuleList([torch.nn.Linear(4, 4) for _ in range(3)])
h = torch.ones(1, 4)
for i, layer in enumerate(layers):
    h = layers[i // 2](h) + layer(h)
print(h, len(layers), sum(p.numel() for p in layers.parameters()))
