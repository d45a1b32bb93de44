"""Random numbers that tensors give the distribution of: torch's, from the same seed."""

import pytest
from comparing import programs, same_in_both

torch = pytest.importorskip("torch", reason="the parity suite compares with torch")

GIVEN = """
torch.manual_seed(3)
T, g = torch.tensor, torch.Generator()
p = T([0.2, 0.5, 0.9])
P = p.clone().requires_grad_()
"""
"""What the programs below are about."""


@programs("""
torch.bernoulli(p)
torch.bernoulli(P)
torch.bernoulli(p,0.5)
torch.bernoulli(p,p=0.5)
p.bernoulli()
p.bernoulli(0.3)
p.bernoulli(p=0.3)
torch.bernoulli(T([1,0]))
torch.bernoulli(T([1,0]),0.5)
torch.bernoulli(T([True,False]))
torch.bernoulli(T([True,False]),0.5)
torch.bernoulli(T([1.5]))
torch.bernoulli(T([nan]))
torch.bernoulli(p,1.5)
torch.bernoulli(p,-.1)
torch.bernoulli(p,generator=g)
torch.bernoulli(T(0.5))
torch.bernoulli(torch.zeros(0))
torch.bernoulli(torch.zeros(0),2.)
torch.bernoulli([0.5])
torch.bernoulli(0.5)
torch.bernoulli(p,T([.5,.5,.5]))
torch.bernoulli(p.double())
torch.multinomial(p,2)
torch.multinomial(p,3)
torch.multinomial(p,4)
torch.multinomial(p,5,True)
torch.multinomial(p,5,replacement=True)
torch.multinomial(p,num_samples=1)
torch.multinomial(P,1)
torch.multinomial(p,0)
torch.multinomial(p,-1)
torch.multinomial(T([[.1,.2],[3,4]]),1)
torch.multinomial(T([[.1,.2],[3,4]]),2)
torch.multinomial(T([[.1,.2],[3,4]]),3,True)
torch.multinomial(T([1,2,3]),1)
torch.multinomial(T([0.,0,0]),1)
torch.multinomial(T([0.,0,0]),1,True)
torch.multinomial(T([0.,0,0]),2,True)
torch.multinomial(T([0.,1,0]),2)
torch.multinomial(T([0.,1,0]),2,True)
torch.multinomial(T([-1.,1,0]),1)
torch.multinomial(T([-1.,1,0]),2,True)
torch.multinomial(T([nan,1,0]),1)
torch.multinomial(T([nan,1,0]),2,True)
torch.multinomial(T([inf,1,0]),1)
torch.multinomial(T([inf,1,0]),2,True)
torch.multinomial(T(1.),1)
torch.multinomial(torch.ones(2,2,2),1)
torch.multinomial(torch.zeros(0),1)
torch.multinomial(torch.zeros(2,0),1)
torch.multinomial(torch.zeros(0,2),1)
torch.multinomial(torch.zeros(0,2),2,True)
torch.multinomial(p,1.5)
torch.multinomial(p,True)
torch.multinomial(p,2,generator=g)
torch.multinomial(p,2,True,generator=g)
torch.multinomial([.5,.5],1)
torch.multinomial(T([[.1,.2],[0,0]]),1)
torch.multinomial(T([[.1,.2],[0,0]]),2,True)
p.multinomial(1)
torch.multinomial(p.double(),5,True)
torch.multinomial(p.double(),2)
torch.multinomial(p,T(2))
torch.normal(p,p)
torch.normal(p,2.0)
torch.normal(p)
torch.normal(p,1)
torch.normal(0.5,p)
torch.normal(1,p)
torch.normal(0.5,2.0,(3,))
torch.normal(0.5,2.0,size=(2,2))
torch.normal(0,1,(3,))
torch.normal(0.,1.,3)
torch.normal(mean=0.,std=1.,size=(2,))
torch.normal(mean=p,std=p)
torch.normal(0.,1.,(2,),dtype=torch.float64)
torch.normal(0.,1.,(2,),requires_grad=True)
torch.normal(0.,1.,(2,),dtype=torch.int64)
torch.normal(0.,1.)
torch.normal(0.,-1.,(2,))
torch.normal(p,-1.)
torch.normal(p,-p)
torch.normal(0.,-p)
torch.normal(p,T([1.,2]))
torch.normal(p,T([[1.],[2]]))
torch.normal(T([1,2]),T([1.,2]))
torch.normal(T([1,2]),1.0)
torch.normal(1.0,T([1,2]))
torch.normal(p,p.double())
torch.normal(p.double(),p)
torch.normal(P,1.0)
torch.normal(P,P)
torch.normal(0.0,P)
torch.normal(p,p,generator=g)
torch.normal(0.,1.,(2,),generator=g)
torch.normal(T(1.),T(2.))
torch.normal(torch.zeros(0),1.)
torch.normal(p,p,(3,))
torch.normal(p, T(nan))
torch.normal(p, nan)
torch.normal(0., inf, (2,))
torch.poisson(p)
torch.poisson(p*30)
torch.poisson(P)
torch.poisson(T([1,2]))
torch.poisson(T([-1.]))
torch.poisson(T([nan]))
torch.poisson(torch.zeros(3))
torch.poisson(p,g)
torch.poisson(p,generator=g)
torch.bernoulli(P).sum().backward(); P.grad
torch.normal(P, P).sum().backward(); P.grad
[torch.poisson(torch.full((20,), m)) for m in (0.0, 0.5, 9.9, 10.0, 12.0, 1e3, 1e6)]
""")
def test_draws(program: str) -> None:
    same_in_both(GIVEN + program, torch)


CALLS = (
    "torch.multinomial(p, 1)",
    "torch.multinomial(p, max(p.shape[-1] // 2, 1))",
    "torch.multinomial(p, p.shape[-1])",
    "torch.multinomial(p, 9, replacement=True)",
    "torch.multinomial(p, 1, True, generator=torch.Generator().manual_seed(seed))",
    "torch.multinomial(torch.softmax(9 * p, -1), 1)",
    "torch.bernoulli(p)",
    "torch.bernoulli(p, 0.3)",
    "torch.normal(p, p)",
    "torch.normal(p, 2.5)",
    "torch.normal(1.3, p)",
    "torch.normal(1.3, 0.7, p.shape, dtype=p.dtype)",
    "torch.poisson(p)",
    "torch.poisson(30 * p)",
    "torch.empty_like(p).log_normal_(0.3, 0.5)",
    "torch.empty_like(p).geometric_(0.3)",
    "p.clone().cauchy_(1, 0.5)",
    "torch.nn.functional.gumbel_softmax(p, 0.7)",
    "torch.nn.functional.gumbel_softmax(p, hard=True, dim=0)",
)
LAYOUTS = ("a", "a[0]", "a.t()", "torch.stack([a, a], 2)[..., 0]", "a[:1].expand(3, a.shape[1])")


@pytest.mark.parametrize("size", [1, 2, 7, 15, 16, 17, 33, 1000])
@pytest.mark.parametrize("call", CALLS)
def test_draws_of_any_size_and_layout(call: str, size: int) -> None:
    """Equal in every number, and so is what is drawn next."""
    for seed in range(5):
        for kind in ("float32", "float64"):
            layout = LAYOUTS[(seed + size) % len(LAYOUTS)] if size < 1000 else "a"
            same_in_both(
                f"""
seed = {seed}
torch.manual_seed({seed + 100})
a = torch.rand(3, {size}, dtype=torch.{kind})
a[1:, ::3] = 0.0
a[:, 0] = 0.5
p = {layout}
torch.manual_seed({seed})
({call} * 1.0, torch.rand(2))
""",
                torch,
            )
