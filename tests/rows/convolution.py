"""Rows of the operation tests: the chapter ops/convolution.py."""

from rows.kinds import Row
from rows.normalization import FUNCTION

GRAD = "torch.nn.grad.{}".format
CONV = "stride=({0}, {0}), padding=(({1}, {1}),) * 2, dilation=({2}, {2}), groups={3}".format
ROWS = (
    Row(
        "convolution",
        (FUNCTION("conv2d(a, b)"), FUNCTION("conv2d(a, b, stride=2, padding=(1, 0))"),
         FUNCTION("conv2d(a, b, None, (1, 2), 2, (2, 1))"),
         FUNCTION("conv2d(a, b, padding='same')"),
         FUNCTION("conv2d(a[0], b, padding=1)"), FUNCTION("conv2d(a, b, padding='valid')"),
         FUNCTION("conv1d(a[:, :, 0], b[:, :, 0], padding=2, dilation=2)")),
        shapes=(((2, 2, 3, 4), (2, 2, 2, 3)),),
        odd_calls=(FUNCTION("conv2d(a, b, stride=0)"), FUNCTION("conv2d(a, b, padding=-1)"),
                   FUNCTION("conv2d(a, b, groups=2)"), FUNCTION("conv2d(a, b, groups=0)"),
                   FUNCTION("conv2d(a, b, stride=(1, 2, 3))"),
                   FUNCTION("conv2d(a, b, padding='same', stride=2)"),
                   FUNCTION("conv2d(a, b, padding='other')"), FUNCTION("conv2d(a, b, stride=1.5)"),
                   FUNCTION("conv1d(a, b)"), FUNCTION("conv2d(a[0, 0], b)")),
        odd_shapes=(((0, 2, 4, 4), (2, 2, 3, 3)), ((1, 3, 4, 4), (2, 2, 3, 3)),
                    ((1, 2, 2, 2), (2, 2, 3, 3)), ((1, 2, 0, 4), (2, 2, 1, 1)),
                    ((1, 2, 4, 4), (0, 2, 3, 3)), ((1, 2, 4, 4), (2, 2, 0, 3))),
    ),
    Row(
        "convolution_bias",
        (FUNCTION("conv2d(a[:, :2], b, c)"), FUNCTION("conv2d(a, b, c, (2, 1), (0, 1), (1, 2), 2)"),
         FUNCTION("conv2d(a, b, c, groups=2, padding='same')"),
         FUNCTION("conv1d(a[:, :2, 0], b[:, :, 0], c)")),
        shapes=(((1, 4, 3, 4), (4, 2, 2, 2), (4,)),),
        odd_shapes=(((2, 4, 4, 5), (4, 2, 2, 3), (3,)), ((2, 4, 4, 5), (3, 2, 2, 2), (3,))),
    ),
    Row(
        "convolution_input",
        (("op(a, b, (4, 5), " + CONV(1, 0, 1, 1) + ")",
          GRAD("conv2d_input((len(a), b.shape[1], 4, 5), b, a)")),),
        shapes=(((2, 3, 3, 3), (3, 2, 2, 3)),), odd_shapes=(),
    ),
    Row(
        "convolution_input",
        (("op(a, b, (5, 6), " + CONV(2, 1, 1, 2) + ")",
          GRAD("conv2d_input((len(a), 4, 5, 6), b, a, stride=2, padding=1, groups=2)")),),
        shapes=(((2, 2, 3, 3), (2, 2, 2, 3)),), odd_shapes=(),
    ),
    Row(
        "convolution_weight",
        (("op(a, b, (2, 3), " + CONV(2, 1, 1, 2) + ")",
          GRAD("conv2d_weight(a, (2, 2, 2, 3), b, stride=2, padding=1, groups=2)")),),
        shapes=(((2, 4, 5, 6), (2, 2, 3, 3)),), odd_shapes=(),
    ),
    Row(
        "convolution_weight",
        (("op(a, b, (2, 2), " + CONV(1, 0, 2, 1) + ")",
          GRAD("conv2d_weight(a, (3, 2, 2, 2), b, dilation=2)")),),
        shapes=(((2, 2, 4, 5), (2, 3, 2, 3)),), odd_shapes=(),
    ),
)  # fmt: skip
