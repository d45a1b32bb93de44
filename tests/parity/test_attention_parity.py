"""Attention and activation functions in place, in both libraries: values, gradients, errors."""

from __future__ import annotations

import pytest
from comparing import programs, same_in_both

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

GIVEN = """
torch.manual_seed(0)
F = torch.nn.functional
q, k, v = (torch.randn(2, n, m, dtype=torch.float64, requires_grad=True)
           for n, m in ((3, 4), (5, 4), (5, 2)))
mask = torch.tensor([[True, False, True, True, False]] * 3)
shift = torch.randn(2, 1, 5, dtype=torch.float64)
heads = [torch.randn(1, n, 3, 4) for n in (4, 2, 2)]
x = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])
attend = F.scaled_dot_product_attention
"""


@programs("""
attend(q, k, v)
attend(q, k, v, mask)
attend(q, k, v, attn_mask=shift)
attend(q, k, v, is_causal=True)
attend(q, k, v, scale=0.3)
attend(q, k, v, mask, scale=2)
attend(q[0], k[0], v[0])
attend(q[:, None], k[:, None], v[:, None], mask)
attend(q, k, v, torch.zeros(3, 5, dtype=torch.bool))
attend(q.detach(), k.detach(), v.detach(), dropout_p=0.5)
attend(*heads, enable_gqa=True)
attend(*heads)
attend(q, k, v, mask, is_causal=True)
attend(q, k, v, mask.double())
attend(q, k, v, mask.float())
attend(q, k, v, mask.long())
attend(q.float(), k, v)
attend(q[0, 0], k[0], v[0])
attend(q, v, v)
attend(q.long(), k.long(), v.long())
attend(q, k, v, dropout_p=2.0)
attend(q, k, v, mask[:2])
attend(q, k, v, True)
attend(1, k, v)
attend(heads[0], heads[0][:, :3], heads[0][:, :3], enable_gqa=True)
torch.autograd.grad(attend(q, k, v, mask).sin().sum(), (q, k, v))
torch.autograd.grad(attend(q, k, v, is_causal=True).sin().sum(), (q, k, v))
torch.autograd.grad(attend(q, k, v, torch.zeros(3, 5, dtype=torch.bool)).sum(), (q, k, v))
""")
def test_attention(program: str) -> None:
    same_in_both(GIVEN + program, torch)


@programs("""
F.relu_(x), x
F.leaky_relu_(x), x
F.leaky_relu_(x, 0.3), x
F.leaky_relu_(input=x, negative_slope=-1), x
F.elu_(x), x
F.elu_(x, alpha=2), x
F.selu_(x), x
F.celu_(x, 2.0), x
F.hardtanh_(x), x
F.hardtanh_(x, -0.25, max_val=1.5), x
F.threshold_(x, 0.1, 7), x
F.threshold_(x, threshold=0.1, value=-7.0), x
torch.selu_(x), x
torch.celu_(x, alpha=0.5), x
torch.threshold_(x, 0.1, 7), x
torch.relu_(x), x
F.threshold_(x)
F.relu_(x.requires_grad_())
F.elu_(x.long())
F.celu_(x, 0.0)
F.leaky_relu_(x, 'a')
F.relu_(3)
""")
def test_activations_in_place(program: str) -> None:
    same_in_both(GIVEN + program, torch)
