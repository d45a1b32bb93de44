# %% [markdown]
"""
Dropout: learning not to rely on anyone
=======================================

A network with many weights and few examples learns the examples by heart. Dropout (Hinton and
others, 2012; Srivastava and others, 2014) makes that harder: in each training step every unit is
left out with probability p. No unit can rely on a certain other one to be there.
"""

# %%
import matplotlib.pyplot as plt

import tinygrad_edu as torch
from tinygrad_edu import datasets, nn, optim, viz

torch.manual_seed(0)
x = torch.ones(10, requires_grad=True)
drop = nn.Dropout(0.4)
y = drop(x)
y.sum().backward()
print("output:  ", [round(v, 3) for v in y.tolist()])
print("gradient:", [round(g, 3) for g in x.grad.tolist()])

# %% [markdown]
# Those that are kept are multiplied by 1/(1 − p), here 1/0.6 = 1.667, so that sums stay as large in
# the mean as they are without dropout. The gradient goes the same way: 0 through the units that are
# left out, 1/(1 − p) through the others.
#
# When the network is asked, nothing may be left to chance: `eval()` switches dropout off.

# %%
means = [drop(torch.ones(10_000)).mean().item() for _ in range(3)]
print("mean of 10,000 ones while training:", [round(m, 3) for m in means])
drop.eval()
unchanged = torch.equal(drop(x), x)
print("in eval mode unchanged:", unchanged)

# %%
drop.train()
small = torch.ones(1, 4, requires_grad=True)
torch.manual_seed(1)
loss = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 1))(small).sum()
loss.backward()
picture = viz.graph(loss)
picture.render("dropout.svg")
picture

# %% [markdown]
# Learning by heart
# -----------------
#
# 300 images of digits, and as happens with real data, a fifth of them has a label that is anything.
# The network has 9,600 weights: enough to remember every label, the wrong ones too.

# %%
digits = datasets.digits()
torch.manual_seed(0)
order = torch.randperm(len(digits.labels))
images, labels = torch.tensor(digits.images)[order], torch.tensor(digits.labels)[order]
seen, unseen = slice(0, 300), slice(300, None)
given = labels.clone()
given[:60] = torch.randint(0, 10, (60,))


def train(p, steps=400):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Dropout(p), nn.Linear(128, 10))
    optimizer = optim.Adam(model.parameters(), lr=0.005)
    curves = []
    for step in range(steps):
        model.train()
        loss = nn.CrossEntropyLoss()(model(images[seen]), given[seen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 9:
            model.eval()
            with torch.no_grad():
                outputs = model(images)
            losses = [nn.CrossEntropyLoss()(outputs[part], given[part]) for part in (seen, unseen)]
            right = (outputs.argmax(1) == labels).float()
            curves.append([*(loss.item() for loss in losses), right[unseen].mean().item()])
    return curves


curves = {p: train(p) for p in (0.0, 0.5, 0.8)}
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for (p, found), color in zip(curves.items(), ("C0", "C1", "C2"), strict=True):
    seen_loss, unseen_loss, accuracy = found[-1]
    print(f"p = {p}: loss {seen_loss:.4f} seen, {unseen_loss:.3f} unseen; {accuracy:.1%} right")
    steps = range(10, 401, 10)
    ax.semilogy(steps, [f[0] for f in found], "--", color=color, label=f"p = {p}, seen")
    ax.semilogy(steps, [f[1] for f in found], "-", color=color, label=f"p = {p}, unseen")
ax.set(xlabel="step", ylabel="loss")
ax.legend()
figure.savefig("dropout-training.svg")

# %% [markdown]
# Without dropout the loss on the images it has seen goes to nothing: it knows them by heart, wrong
# labels and all. Meanwhile that on unseen images **rises**, since what it learnt by heart is wrong
# for them. With dropout it cannot remember them all; it keeps to what many images have in common,
# and that is right for unseen ones too. The price: it learns more slowly.
#
# Exercises
# ---------
#
# 1. Forget `model.eval()`. How much is lost when the network is asked?
# 2. `nn.Dropout(0.8)` is better here than 0.5. Is 0.95?
# 3. Another way to hold a network back is weight decay: large weights are made smaller in each
#    step. Try `optim.AdamW` with `weight_decay=3` and no dropout.
