# %% [markdown]
# # The layers of a first course, drawn
#
# One small graph for each: what it computes, and what it does to the gradient on the way back. Each
# picture is an SVG file; `viz.explore(loss, "page.html")` makes a page to step through instead.

# %%
import tinygrad_edu as torch
from tinygrad_edu import nn, viz

torch.manual_seed(0)


def draw(name, loss):
    loss.backward()
    return viz.graph(loss).render(name, format="svg", cleanup=True)


# %% [markdown]
# **Conv2d**: one small set of weights looks at every place of the image. The gradient of a weight
# is the sum of what it did at all these places.

# %%
conv = nn.Sequential(nn.Conv2d(1, 2, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
image = torch.rand(1, 1, 6, 6)
print("Conv2d           ", tuple(conv(image).shape), draw("conv", conv(image).sum()))

# %% [markdown]
# **LSTM**: the cell state c passes the gradient on by a factor, its forget gate, and by a sum. One
# time of a sequence is drawn; `range(3)` would draw the cell three times, with the same weights.

# %%
lstm = nn.LSTM(input_size=1, hidden_size=2)
state = torch.rand(1, 2, requires_grad=True), torch.rand(1, 2, requires_grad=True)
state[0].name, state[1].name = "h", "c"
output, (h, c) = lstm(torch.tensor([[0.5] for time in range(1)]), state)
print("LSTM             ", tuple(output.shape), draw("lstm", c.sum()))

# %% [markdown]
# **CrossEntropyLoss**: the gradient of a score is its probability, less 1 for the right class.

# %%
scores = torch.tensor([[2.0, 1.0, -1.0]], requires_grad=True)
scores.name = "scores"
file = draw("cross_entropy", nn.CrossEntropyLoss()(scores, torch.tensor([1])))
print("CrossEntropyLoss ", [round(g, 3) for g in scores.grad[0].tolist()], file)
print("  softmax less 1 ", [round(p, 3) for p in (scores[0].softmax(0) - torch.eye(3)[1]).tolist()])

# %% [markdown]
# **BatchNorm1d**: each column leaves with mean 0 and deviation 1, so the activation behind it is
# not saturated; and no gradient passes that would only move or stretch the column.

# %%
x = torch.randn(8, 2) * 10 + 50
x.requires_grad = True
normalize = nn.BatchNorm1d(2)
file = draw("batch_norm", (normalize(x).sigmoid() ** 2).sum())
total = x.grad.sum(0).abs().max().item()
print("BatchNorm1d      ", f"a column's gradients add up to {total:.3f}", file)

# %% [markdown]
# **Dropout**: a unit that is dropped gets no gradient; the others get more.

# %%
x = torch.ones(1, 6, requires_grad=True)
file = draw("dropout", nn.Dropout(0.5)(x).sum())
print("Dropout          ", x.grad[0].tolist(), file)

# %% [markdown]
# **ModuleList** and **ModuleDict** compute nothing: they hold layers for a `forward` that is
# written by hand. Here one layer is used twice, and its gradient is the sum of both uses.

# %%


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
        self.heads = nn.ModuleDict({"class": nn.Linear(2, 3), "size": nn.Linear(2, 1)})

    def forward(self, x):
        for layer in (self.layers[0], self.layers[1], self.layers[1]):
            x = layer(x).tanh()
        return {name: head(x) for name, head in self.heads.items()}


network = Network()
outputs = network(torch.rand(4, 2))
loss = outputs["class"].logsumexp(1).mean() + (outputs["size"] ** 2).mean()
print("ModuleList, -Dict", list(outputs), draw("containers", loss))

# %% [markdown]
# Exercises: call `.eval()` on the dropout and the batch normalization: what changes in their
# graphs? Which arrow of the LSTM is the thinnest, and why does it not matter?
