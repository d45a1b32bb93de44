"""Rows of the operation tests: the chapter ops/normalization.py."""

from rows.kinds import Row

FUNCTION = "torch.nn.functional.{}".format
ROWS = (
    Row(
        "batch_norm",
        (FUNCTION("batch_norm(a, None, None, b, c, True)"),
         FUNCTION("batch_norm(a, None, None, training=True, eps=0.5) * b.sum() * c.sum()"),
         FUNCTION("batch_norm(a, b.detach() * 0 + 0.3, c.detach() * 0 + 2, b, c)")),
        shapes=(((4, 2), (2,), (2,)), ((2, 3, 2), (3,), (3,)), ((2, 2, 2, 3), (2,), (2,))),
        odd_calls=(FUNCTION("batch_norm(a, b, c)"), FUNCTION("batch_norm(a, None, c)"),
                   FUNCTION("batch_norm(a, None, None, b, c, True, eps=0)")),
        odd_shapes=(((1, 2), (2,), (2,)), ((4, 2), (3,), (2,)), ((4, 2), (2,), (3,)),
                    ((0, 2), (2,), (2,))),
    ),
    Row(
        "layer_norm",
        (FUNCTION("layer_norm(a, b.shape, b, c)"),
         FUNCTION("layer_norm(a, b.shape, weight=b, eps=0.5) * c"),
         FUNCTION("layer_norm(a, list(b.shape)) * b * c")),
        shapes=(((2, 3), (3,), (3,)), ((2, 3, 2), (3, 2), (3, 2)), ((4,), (4,), (4,))),
        odd_calls=(FUNCTION("layer_norm(a, 3, b, c)"), FUNCTION("layer_norm(a, (), b, c)")),
        odd_shapes=(((2, 4), (3,), (3,)), ((2, 3), (3,), (2,)), ((0, 3), (3,), (3,)),
                    ((3,), (2, 3), (2, 3))),
    ),
)  # fmt: skip
