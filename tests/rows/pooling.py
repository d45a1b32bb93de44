"""Rows of the operation tests: the chapter ops/pooling.py."""

from rows.kinds import Row, inf, nan
from rows.normalization import FUNCTION

ROWS = (
    Row(
        "max_pool",
        (FUNCTION("max_pool2d(a, 2)"), FUNCTION("max_pool2d(a, (2, 3), (1, 2), (1, 1))"),
         FUNCTION("max_pool2d(a[0], 3, 2, 1, ceil_mode=True)"),
         FUNCTION("max_pool2d(a, 2, 1, 1, (1, 2))"), FUNCTION("max_pool1d(a[0], 2, 1, padding=1)")),
        shapes=(((2, 2, 3, 5),),),
        odd_calls=(FUNCTION("max_pool2d(a, 6)"), FUNCTION("max_pool2d(a, 2, padding=2)"),
                   FUNCTION("max_pool2d(a, 2, padding=-1)"), FUNCTION("max_pool2d(a, 2, 0)"),
                   FUNCTION("max_pool2d(a, (2, 2, 2))"), FUNCTION("max_pool2d(a, 2.5)"),
                   FUNCTION("max_pool1d(a, 2)"), FUNCTION("max_pool2d(a, 2, dilation=0)")),
        odd_shapes=(((1, 0, 5, 5),), ((1, 2, 0, 5),)),
        data=[([[[1.0, 1.0, nan], [1.0, 2.0, nan], [nan, 2.0, 2.0]]],),
              ([[[-inf, -inf, 0.0], [-inf, -inf, -0.0], [inf, inf, -inf]]],)],
    ),
    Row(
        "max_unpool",
        (("op(a, np.array([[[1, 5], [2, 1]]]), (1, 3, 3))",
          "torch.ops.aten.max_pool2d_with_indices_backward(a, torch.zeros(1, 3, 3).to(a.dtype), "
          "[2, 2], [1, 1], [0, 0], [1, 1], False, torch.tensor([[[1, 5], [2, 1]]]))"),),
        shapes=(((1, 2, 2),),), odd_shapes=(),
    ),
    Row(
        "avg_pool",
        (FUNCTION("avg_pool2d(a, 2)"), FUNCTION("avg_pool2d(a, (2, 3), (1, 2), (1, 1))"),
         FUNCTION("avg_pool2d(a[0], 3, 2, 1, True, False)"),
         FUNCTION("avg_pool2d(a, 2, 3, 1, True, True, divisor_override=3)"),
         FUNCTION("avg_pool1d(a[0], 2, 3, padding=1, count_include_pad=False)"),
         FUNCTION("avg_pool1d(a[0], 2, 1, 1, True)"),
         FUNCTION("adaptive_avg_pool2d(a, (2, 3))"), FUNCTION("adaptive_avg_pool2d(a, 1)"),
         FUNCTION("adaptive_avg_pool2d(a[0], (None, 7))")),
        shapes=(((1, 2, 3, 5),),),
        odd_calls=(FUNCTION("avg_pool2d(a, 6)"), FUNCTION("avg_pool2d(a, 2, padding=2)"),
                   FUNCTION("avg_pool2d(a, 2, padding=-1)"), FUNCTION("avg_pool2d(a, 2, 0)"),
                   FUNCTION("avg_pool2d(a, (2, 2, 2))"), FUNCTION("avg_pool2d(a[0, 0], 2)"),
                   FUNCTION("avg_pool2d(a, 2, divisor_override=0)"), FUNCTION("avg_pool1d(a, 2)"),
                   FUNCTION("adaptive_avg_pool2d(a, -1)"),
                   FUNCTION("adaptive_avg_pool2d(a, (1, 2, 3))"),
                   FUNCTION("adaptive_avg_pool2d(a, 2.5)"),
                   FUNCTION("adaptive_avg_pool2d(a[0, 0], 2)")),
        odd_shapes=(((1, 2, 0, 5),),),
        data=[([[[1.0, inf, 1.0], [1.0, 2.0, 3.0], [nan, 2.0, 2.0]]],)],
    ),
    Row(
        "avg_unpool",
        (("from tinygrad_edu.ops.pooling import Grid, Windows; z = np.array;"
          "rows, columns = Windows(z([0, 1]), z([2, 3]), 3), Windows(z([0, 3]), z([2, 5]), 5);"
          "op(a, Grid(rows, columns, np.full((2, 2), 4), 'AvgPool2D'))",
          "torch.ops.aten.avg_pool2d_backward(a, torch.zeros(2, 3, 5).to(a.dtype), [2, 2], [1, 3], "
          "[0, 0], False, True, None)"),),
        shapes=(((2, 2, 2),),), odd_shapes=(),
    ),
)  # fmt: skip
