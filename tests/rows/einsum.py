"""Rows of the operation tests: the chapter ops/einsum.py."""

from rows.kinds import Row


def ein(*equations: str) -> list[str]:
    """Spell uses of einsum on a and b."""
    return [f"torch.einsum('{equation}', a, b)" for equation in equations]


ROWS = (
    Row(
        "einsum",
        (*ein("ij,jk", "ij,jk->ki", "ij,jk->", "ij,jk->i", "ij,jk->j", " i j , j k -> i k ",
              "Ab,bC->AC", "...j,j...->..."),
         "torch.einsum('ij,jk,kl->il', a, b, a)", "torch.einsum('ij,jk,kl->jl', [a, b, a])",
         "torch.einsum(a, [0, 1], b, [1, 2], [2, 0])", "torch.einsum(a, [0, 1], b, [1, 2])"),
        shapes=(((2, 3), (3, 2)), ((2, 1), (3, 2)), ((1, 3), (3, 1))),
        odd_calls=(
            *ein("ij,jk,k", "ij", "ijk,jk", "i,jk", "ij,jk->ii", "ij,jk->l", "i1,jk", "ij,jk-i",
                 "i.j,jk", "i..,jk", "......,jk", "ij,jk->ik->i", "ij,ij->", "ij,ik->jk",
                 "...,...->...", "ii,jj->ij"),
            "torch.einsum('')", "torch.einsum(a)", "torch.einsum('ij,jk', a, [1])",
            "torch.einsum(a, [0, 60], b, [60, 1])", "torch.einsum('ij,jk', a.long(), b.long())",
        ),
        odd_shapes=(((2, 0), (0, 2)), ((0, 3), (3, 2)), ((3,), (3,)), ((), ()), ((2, 3), (2, 3))),
    ),
    Row(
        "einsum", ein("...ij,...jk->...ik", "bij,bjk->bik", "bij,bjk->b", "b...,b...->...",
                      "bij,bkj->bki", "bij,bjk", "...ij,...jk->ik"),
        shapes=(((2, 2, 2), (2, 2, 2)), ((2, 1, 2), (2, 2, 2))),
        odd_shapes=(((0, 2, 2), (0, 2, 2)), ((2, 2, 2), (2, 2))),
    ),
    Row(
        "einsum", ("torch.einsum('ii', a)", "torch.einsum('ii->i', a)", "torch.einsum('ij->ji', a)",
                   "torch.einsum('ij->', a)", "torch.einsum('ij->j', a)", "torch.einsum('ba', a)",
                   "torch.einsum('i...->...i', a)", "torch.einsum('...', a)"),
        shapes=(((3, 3),), ((1, 1),)),
        odd_shapes=(((2, 3),), ((3,),), ((0, 0),)),
    ),
    Row(
        "einsum", ein("ij,jk->k"), shapes=(((2, 3), (3, 2)),), odd_shapes=(),
        odd_calls=("torch.einsum('ij,jk', a, b.float())", "torch.einsum('ij,jk', a > 0, b > 0)"),
    ),
    Row(
        "einsum", ein("i,j", "i,i->i", "i,i->", "i,i", "i,j->ji"), shapes=(((3,), (3,)),),
        odd_shapes=(((3,), (2,)), ((3,), (1,)), ((0,), (0,))),
    ),
    Row(
        "contract", (("op(a, b, equation='ij,jk->ik')", "torch.einsum('ij,jk->ik', a, b)"),
                     ("op(a, b, 'ij,kj->ki')", "torch.einsum('ij,kj->ki', a, b)")),
        shapes=(((2, 2), (2, 2)),),
    ),
)  # fmt: skip
