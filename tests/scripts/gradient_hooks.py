"""How large is the gradient in each layer? Hooks, with and without batch normalization."""

import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, depth, norm):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(depth):
            self.layers.append(nn.Linear(20, 20, bias=not norm))
            if norm:
                self.layers.append(nn.BatchNorm1d(20))
            self.layers.append(nn.Sigmoid())
        self.head = nn.Linear(20, 2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def mean_gradients(norm):
    torch.manual_seed(0)
    model = Net(6, norm)
    found = []

    def hook(module, grad_input, grad_output):
        found.append((module.__class__.__name__, grad_output[0].abs().mean().item()))

    handles = [
        m.register_full_backward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)
    ]
    activations = {}

    def keep(name):
        def forward_hook(module, inputs, output):
            activations[name] = output.detach()

        return forward_hook

    model.layers[0].register_forward_hook(keep("first"))
    x, y = torch.randn(32, 20), torch.randint(0, 2, (32,))
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    for handle in handles:
        handle.remove()
    print(tuple(activations["first"].shape), f"{activations['first'].std():.4f}")
    return found, [
        (name, f"{p.grad.norm():.3e}") for name, p in model.named_parameters() if p.ndim == 2
    ]


for norm in (False, True):
    gradients, weights = mean_gradients(norm)
    print("with" if norm else "without", "batch normalization")
    for name, mean in gradients:
        print(f"  {name:10s} {mean:.3e}")
    print(weights[0], weights[-1])
