"""Tensors: making, indexing, reshaping, computing, printing."""

import numpy as np
import torch

torch.manual_seed(0)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print(device, torch.cuda.is_available(), torch.backends.mps.is_available())

x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], device=device)
print(x, x.shape, x.size(), x.size(0), x.dtype, x.ndim, x.dim(), x.numel(), len(x), x.device)
print(torch.zeros(2, 3), torch.ones(2, dtype=torch.long), torch.empty(0), torch.full((2,), 7.5))
print(torch.arange(5), torch.arange(0, 1, 0.25), torch.linspace(-1, 1, 5), torch.eye(3))
print(torch.rand(2, 2), torch.randn(3), torch.randint(0, 10, (4,)), torch.randperm(6))
print(torch.zeros_like(x), torch.ones_like(x, dtype=torch.int32), torch.rand_like(x))
print(x.float().dtype, x.double().dtype, x.long(), x.int().dtype, (x > 2).bool(), x.type())
print(x.to(torch.float64).dtype, x.to(device).dtype, x.to("cpu").sum(), x.cpu().tolist())

# reading and writing parts
print(x[0], x[:, 1], x[..., -1], x[1, 2], x[1, 2].item(), x[x > 2], x[[0, 1], [2, 0]])
y = x.clone()
y[0, 0] = 100
y[:, 1] += 10
y[y > 50] = -1.0
print(y, x)
print(x.view(3, 2), x.reshape(-1), x.t(), x.T.shape, x.permute(1, 0).shape, x.flatten())
print(x.unsqueeze(0).shape, x.unsqueeze(-1).squeeze().shape, torch.transpose(x, 0, 1).shape)
print(torch.cat([x, x]), torch.cat([x, x], dim=1).shape, torch.stack([x, x]).shape)
print(torch.chunk(torch.arange(6), 3), torch.split(torch.arange(5), 2))
print(torch.hstack([x, x]).shape, torch.vstack([x, x]).shape, x.repeat(2, 2).shape)

# arithmetic, in place, broadcasting
z = torch.ones(3)
print(x + z, x * 2, 2 - x, x / 2, x**2, -x, x // 2, x % 2, x @ z, torch.matmul(x, x.T))
print(x.add(1), torch.add(x, z, alpha=2), x.mul(2), x.sub(1), x.div(2), x.pow(2), torch.dot(z, z))
z.add_(1).mul_(3)
z -= 1
print(z, z.zero_(), z.fill_(2))
print(x.sum(), x.sum(0), x.mean(dim=1, keepdim=True), x.std(), x.var(0), x.prod(), x.norm())
print(x.max(), x.max(dim=1), x.min(0).values, x.argmax(), x.argmax(dim=1), torch.topk(x, 2))
print(torch.sort(torch.tensor([3, 1, 2])), torch.unique(torch.tensor([1, 3, 1])), x.cumsum(1))
print(torch.exp(z), torch.log(z), torch.sqrt(z), torch.sin(z), torch.abs(-z), torch.clamp(x, 2, 4))
print(torch.where(x > 3, x, torch.zeros(1)), (x > 1).all(), (x > 5).any(), torch.eq(x, x).sum())
print(torch.floor(x / 4), torch.ceil(x / 4), torch.round(x / 4), torch.sigmoid(x), torch.tanh(x))

# numpy and back
a = np.array([1.0, 2.0], dtype=np.float32)
shared = torch.from_numpy(a)
a[0] = 9
print(shared, x.numpy(), torch.tensor(np.ones((2, 2))), torch.as_tensor([1, 2]))
print(torch.allclose(x, x + 1e-9), torch.equal(x, x), torch.is_tensor(x), bool(x.sum() > 3))
print(f"{x.mean():.3f} {x.mean().item():.2e}", torch.tensor(3), torch.tensor([True, False]))
print(torch.tensor([1e-8, 1.0]), torch.tensor([1e8, 1.0]), torch.tensor([float("nan"), 1.0]))
