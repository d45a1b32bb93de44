"""Convolutions, pooling, Unflatten and nn.utils side by side with torch."""

import pytest
from parity.side_by_side import both, same_words
from parity.test_nn_parity import with_derivatives

CONVOLUTIONS = {
    "Conv2d(4, 6, 3)": (2, 4, 6, 5),
    "Conv2d(4, 6, (2, 3), padding='same')": (2, 4, 6, 5),
    "Conv2d(4, 6, 3, 2, 1, 2, 2, False)": (2, 4, 8, 7),
    "Conv2d(4, 4, 3, groups=4, padding=(2, 1), stride=(1, 3))": (3, 4, 5, 6),
    "Conv2d(4, 2, 1)": (2, 4, 3, 3),
    "Conv2d(4, 2, 5, padding='valid', bias=False)": (4, 5, 6),
    "Conv2d(4, 2, (3, 2), dilation=(2, 3), padding=2)": (1, 4, 5, 6),
    "Conv1d(4, 6, 3)": (2, 4, 9),
    "Conv1d(4, 6, 4, padding='same', dilation=3, groups=2)": (3, 4, 9),
    "Conv1d(4, 2, 3, stride=2, padding=1, bias=False)": (4, 8),
}


@pytest.mark.parametrize("text", CONVOLUTIONS)
def test_convolutions(text):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn}).double()
        x = lib.randn(*CONVOLUTIONS[text], dtype=lib.float64).requires_grad_()
        found = with_derivatives(lib, layer, x, parameters=list(layer.parameters()))
        return repr(layer), found, found[0].is_contiguous()

    both(program, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("text", CONVOLUTIONS)
def test_convolutions_in_single_precision(text):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn})
        x = lib.randn(*CONVOLUTIONS[text]).requires_grad_()
        y = layer(x)
        (y * lib.randn(*y.shape)).sum().backward()
        return y, x.grad, [p.grad for p in layer.parameters()]

    both(program, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("text", CONVOLUTIONS)
def test_convolutions_start_with_torchs_numbers_to_the_bit(text):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn})
        return {k: v.clone() for k, v in layer.state_dict().items()}, lib.rand(1)

    both(program, rtol=0, atol=0)


def test_convolution_of_integers_and_of_no_samples():
    both(
        lambda lib: (
            lib.nn.functional.conv2d(
                lib.arange(50).reshape(1, 2, 5, 5), lib.arange(16).reshape(2, 2, 2, 2)
            ),
            lib.nn.Conv2d(2, 3, 3)(lib.zeros(0, 2, 5, 5)),
        )
    )


MISTAKES = {
    "channels": lambda lib, nn: nn.Conv2d(3, 4, 3)(lib.ones(1, 4, 5, 5)),
    "channels of a sample": lambda lib, nn: nn.Conv1d(3, 4, 3)(lib.ones(4, 5)),
    "dims": lambda lib, nn: nn.Conv2d(3, 4, 3)(lib.ones(5, 5)),
    "dims of a sequence": lambda lib, nn: nn.Conv1d(3, 4, 3)(lib.ones(1, 3, 5, 5)),
    "a small input": lambda lib, nn: nn.Conv2d(3, 4, 3)(lib.ones(1, 3, 2, 2)),
    "a small sequence": lambda lib, nn: nn.Conv1d(3, 4, 3, dilation=3)(lib.ones(1, 3, 5)),
    "dtypes": lambda lib, nn: nn.Conv2d(3, 4, 3)(lib.ones(1, 3, 5, 5).double()),
    "in_channels": lambda lib, nn: nn.Conv2d(3, 4, 3, groups=2),
    "out_channels": lambda lib, nn: nn.Conv2d(4, 3, 3, groups=2),
    "groups": lambda lib, nn: nn.Conv2d(4, 3, 3, groups=0),
    "padding": lambda lib, nn: nn.Conv2d(3, 4, 3, padding="some"),
    "same with a stride": lambda lib, nn: nn.Conv2d(3, 4, 3, 2, "same"),
    "padding mode": lambda lib, nn: nn.Conv2d(3, 4, 3, padding_mode="mirror"),
    "stride 0": lambda lib, nn: nn.Conv2d(3, 4, 3, stride=0)(lib.ones(1, 3, 5, 5)),
    "dilation 0": lambda lib, nn: nn.Conv2d(3, 4, 3, dilation=0)(lib.ones(1, 3, 5, 5)),
    "padding below 0": lambda lib, nn: nn.Conv2d(3, 4, 3, padding=-1)(lib.ones(1, 3, 5, 5)),
    "kernel below 0": lambda lib, nn: nn.Conv2d(3, 4, -1),
    "kernel of three dims": lambda lib, nn: nn.Conv2d(3, 4, (3, 3, 3))(lib.ones(1, 3, 5, 5)),
    "bias": lambda lib, nn: nn.functional.conv2d(
        lib.ones(1, 3, 5, 5), lib.ones(4, 3, 3, 3), lib.ones(3)
    ),
}
IN_OTHER_WORDS = {"kernel of three dims"}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_with_convolutions(name):
    same_words(*both(lambda lib: MISTAKES[name](lib, lib.nn)), 0 if name in IN_OTHER_WORDS else 3)


def test_a_list_and_bools_are_refused():
    both(lambda lib: lib.nn.functional.conv2d([1.0], lib.ones(1, 1, 1, 1)))
    both(
        lambda lib: lib.nn.functional.conv2d(
            lib.ones(1, 1, 2, 2, dtype=lib.bool), lib.ones(1, 1, 1, 1, dtype=lib.bool)
        )
    )


# --- pooling ------------------------------------------------------------------------------------

POOLS = {
    "MaxPool2d(2)": (2, 3, 6, 7),
    "MaxPool2d((2, 3), (1, 2), (1, 0), ceil_mode=True)": (2, 3, 6, 7),
    "MaxPool2d(3, 2, 1, 2)": (3, 9, 8),
    "MaxPool1d(3)": (2, 3, 8),
    "MaxPool1d(3, 2, 1, 2, ceil_mode=True)": (3, 8),
    "AvgPool2d(2)": (2, 3, 6, 7),
    "AvgPool2d((3, 2), 2, (1, 1), True, False)": (2, 3, 6, 7),
    "AvgPool2d(3, 4, 1, True)": (2, 3, 6, 7),
    "AvgPool2d(2, divisor_override=3)": (3, 6, 7),
    "AvgPool1d(3, 2, 1)": (2, 3, 8),
    "AvgPool1d(3, 2, 1, True, False)": (3, 8),
    "AdaptiveAvgPool2d(1)": (2, 3, 6, 7),
    "AdaptiveAvgPool2d((4, 3))": (2, 3, 6, 7),
    "AdaptiveAvgPool2d((None, 9))": (3, 6, 7),
}


@pytest.mark.parametrize("text", POOLS)
def test_pooling(text):
    def program(lib):
        layer = eval(f"nn.{text}", {"nn": lib.nn})
        x = lib.randn(*POOLS[text], dtype=lib.float64).requires_grad_()
        return repr(layer), with_derivatives(lib, layer, x)

    both(program, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("text", POOLS)
def test_pooling_of_equal_numbers(text):
    def program(lib):
        x = lib.ones(*POOLS[text]).requires_grad_()
        y = eval(f"nn.{text}", {"nn": lib.nn})(x)
        y.sum().backward()
        return y, x.grad

    both(program)


@pytest.mark.parametrize(
    ("text", "shape"),
    [("MaxPool2d(3, 2, 1, return_indices=True)", (2, 2, 5, 6)),
     ("MaxPool1d(2, return_indices=True)", (3, 7)),
     ("MaxPool2d((2, 1), dilation=2, return_indices=True)", (1, 5, 6))],
)  # fmt: skip
def test_where_the_largest_are(text, shape):
    both(lambda lib: eval(f"nn.{text}", {"nn": lib.nn})(lib.randn(*shape)))


def test_max_pool_of_integers():
    both(lambda lib: lib.nn.MaxPool2d(2)(lib.arange(32).reshape(2, 4, 4) - 9))


POOL_MISTAKES = {
    "dims": lambda lib, nn: nn.MaxPool2d(2)(lib.ones(5, 5)),
    "dims of a sequence": lambda lib, nn: nn.MaxPool1d(2)(lib.ones(5)),
    "a small input": lambda lib, nn: nn.MaxPool2d(3)(lib.ones(1, 2, 2)),
    "padding": lambda lib, nn: nn.MaxPool2d(2, padding=2)(lib.ones(1, 5, 5)),
    "padding below 0": lambda lib, nn: nn.AvgPool2d(2, padding=-1)(lib.ones(1, 5, 5)),
    "stride 0": lambda lib, nn: nn.AvgPool2d(2, stride=0)(lib.ones(1, 5, 5)),
    "sizes": lambda lib, nn: nn.MaxPool2d((2, 2, 2))(lib.ones(1, 5, 5)),
    "a list": lambda lib, nn: nn.MaxPool2d(2)([1.0]),
    "bools": lambda lib, nn: nn.MaxPool2d(2)(lib.ones(1, 4, 4) > 0),
    "divisor 0": lambda lib, nn: nn.AvgPool2d(2, divisor_override=0)(lib.ones(1, 5, 5)),
    "size below 0": lambda lib, nn: nn.AdaptiveAvgPool2d(-1)(lib.ones(1, 5, 5)),
    "integers": lambda lib, nn: nn.AdaptiveAvgPool2d(2)(lib.ones(1, 5, 5).long()),
}


@pytest.mark.parametrize("name", POOL_MISTAKES)
def test_mistakes_with_pooling(name):
    same_words(*both(lambda lib: POOL_MISTAKES[name](lib, lib.nn)), 2)


# --- Unflatten and nn.utils -----------------------------------------------------------------------

UNFLATTENED = ["1, (2, 3)", "1, (2, -1)", "-1, [6]", "0, (2, 2)", "1, (2, 4)", "3, (2, 3)",
               "-1, ()", "1, 5", "1, (2, 2.5)", "1, (-1, -1)", "1, (-1, 4)"]  # fmt: skip


@pytest.mark.parametrize("arguments", UNFLATTENED)
def test_unflatten(arguments):
    def program(lib):
        layer = eval(f"nn.Unflatten({arguments})", {"nn": lib.nn})
        return repr(layer), layer(lib.randn(4, 6, requires_grad=True))

    both(program)


CLIPPED = ["1.0", "1e3", "0.1, 1", "0.5, float('inf')", "0.5, norm_type=3.0", "0.0", "1, 2.0, True",
           "1.0, foreach=False", "1.0, foreach=True"]  # fmt: skip


@pytest.mark.parametrize("arguments", CLIPPED)
def test_clipping_by_norm(arguments):
    def program(lib):
        model = lib.nn.Linear(3, 4)
        model(lib.randn(5, 3)).square().sum().backward()
        clip = lib.nn.utils.clip_grad_norm_
        total = eval(f"clip(model.parameters(), {arguments})", {"clip": clip, "model": model})
        return total, [p.grad for p in model.parameters()]

    both(program)


def test_clipping_odd_gradients():
    def program(lib):
        x, unused = lib.ones(2, requires_grad=True), lib.ones(3, requires_grad=True)
        (x * lib.tensor([float("inf"), 1.0])).sum().backward()
        clip = lib.nn.utils.clip_grad_norm_
        found = [clip([x, unused], 1.0), x.grad, clip(unused, 1.0), clip(iter(()), 1.0)]
        found.append(clip((p for p in ()), 2.0))
        clip(x, 1.0, error_if_nonfinite=True)
        return found

    both(program)


def test_clipping_by_value():
    def program(lib):
        model = lib.nn.Linear(3, 4)
        model(lib.randn(5, 3)).square().sum().backward()
        nothing = lib.nn.utils.clip_grad_value_(model.parameters(), 0.7)
        return nothing, [p.grad for p in model.parameters()]

    both(program)


def test_parameters_as_a_vector():
    def program(lib):
        utils, model = lib.nn.utils, lib.nn.Linear(3, 4)
        vector = utils.parameters_to_vector(model.parameters())
        (vector * vector).sum().backward()
        utils.vector_to_parameters(lib.arange(16.0), model.parameters())
        return vector, [p.grad for p in model.parameters()], list(model.parameters())

    both(program)


BAD_VECTORS = {
    "short": lambda lib, utils: utils.vector_to_parameters(lib.ones(2), [lib.zeros(3)]),
    "a list": lambda lib, utils: utils.vector_to_parameters([1.0], [lib.zeros(1)]),
    "dtype": lambda lib, utils: utils.vector_to_parameters(lib.ones(1).double(), [lib.zeros(1)]),
    "nothing": lambda lib, utils: utils.parameters_to_vector([]),
}


@pytest.mark.parametrize("name", BAD_VECTORS)
def test_bad_vectors(name):
    both(lambda lib: BAD_VECTORS[name](lib, lib.nn.utils))
