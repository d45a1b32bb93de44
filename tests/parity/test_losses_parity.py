"""The losses side by side with torch: numbers, gradients, second derivatives, dtypes, errors."""

import pytest
from parity.side_by_side import both, same_words

CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def derivatives(lib, program, *leaves):
    """Return a loss, its gradients, and the gradients of the sum of their cubes."""
    loss = program(*leaves)
    total = (loss * loss.detach().cos()).sum()  # different weights for different losses
    first = lib.autograd.grad(total, leaves, create_graph=True, materialize_grads=True)
    recorded = [(g**3).sum() for g in first if g.requires_grad]
    second = [lib.zeros_like(x) for x in leaves]
    if recorded:
        second = lib.autograd.grad(sum(recorded), leaves, materialize_grads=True)
    return [loss, *(g.detach() for g in (*first, *second))]


REDUCTIONS = ("mean", "sum", "none")
CLASS_SHAPES = {
    "one sample": ((4,), ()),
    "samples": ((5, 4), (5,)),
    "sequences": ((5, 4, 3), (5, 3)),
    "images": ((2, 4, 3, 2), (2, 3, 2)),
    "films": ((2, 4, 1, 3, 2), (2, 1, 3, 2)),
    "no samples": ((0, 4), (0,)),
}
CLASS_OPTIONS = {
    "plain": {},
    "ignored class": {"ignore_index": 2},
    "ignored number": {"ignore_index": -7},
    "weights": {"weight": True},
    "weights and ignored class": {"weight": True, "ignore_index": 1},
}


def classes(lib, shape, ignore=None):
    lib.manual_seed(5)
    t = lib.randint(0, 4, shape)
    if ignore is not None and ignore < 0 and t.numel() > 1:
        t.view(-1)[1] = ignore
    return t


def options_of(lib, options):
    options = dict(options)
    if options.get("weight") is True:
        options["weight"] = lib.tensor([0.5, 2.0, 0.0, 1.5], dtype=lib.float64)
    return options


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", CLASS_OPTIONS)
@pytest.mark.parametrize("shape", CLASS_SHAPES)
@pytest.mark.parametrize("loss", ["NLLLoss", "CrossEntropyLoss"])
def test_class_numbers(loss, shape, options, reduction):
    def program(lib):
        x = lib.randn(CLASS_SHAPES[shape][0], dtype=lib.float64).requires_grad_()
        given = options_of(lib, CLASS_OPTIONS[options])
        t = classes(lib, CLASS_SHAPES[shape][1], given.get("ignore_index"))
        module = getattr(lib.nn, loss)(reduction=reduction, **given)
        found = derivatives(lib, lambda x: module(x, t), x)
        found[0] = found[0].detach()  # torch reshapes more than two dims
        return [*found, repr(module), list(module.state_dict())]

    both(program, **CLOSE)


@pytest.mark.parametrize("smoothing", [0.1, 1.0])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", CLASS_OPTIONS)
@pytest.mark.parametrize("shape", CLASS_SHAPES)
def test_label_smoothing(shape, options, reduction, smoothing):
    def program(lib):
        x = lib.randn(CLASS_SHAPES[shape][0], dtype=lib.float64).requires_grad_()
        given = options_of(lib, CLASS_OPTIONS[options])
        t = classes(lib, CLASS_SHAPES[shape][1], given.get("ignore_index"))
        module = lib.nn.CrossEntropyLoss(reduction=reduction, label_smoothing=smoothing, **given)
        return derivatives(lib, lambda x: module(x, t), x)

    both(program, **CLOSE)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", [True, None])
@pytest.mark.parametrize("shape", CLASS_SHAPES)
def test_class_probabilities(shape, weight, reduction, smoothing):
    def program(lib):
        x = lib.randn(CLASS_SHAPES[shape][0], dtype=lib.float64).requires_grad_()
        p = lib.randn(CLASS_SHAPES[shape][0], dtype=lib.float64).softmax(int(x.ndim > 1))
        given = options_of(lib, {"weight": weight})
        module = lib.nn.CrossEntropyLoss(reduction=reduction, label_smoothing=smoothing, **given)
        found = derivatives(lib, module, x, p.detach().requires_grad_())
        found[0] = found[0].detach()  # torch names a division by a whole number otherwise
        return found

    both(program, **CLOSE)


PAIRS = {
    "SmoothL1Loss": [{}, {"beta": 0.3}, {"beta": 0.0}, {"beta": float("inf")}],
    "HuberLoss": [{}, {"delta": 0.3}, {"delta": float("inf")}],
    "BCELoss": [{}, {"weight": True}],
    "BCEWithLogitsLoss": [{}, {"weight": True}, {"pos_weight": True},
                          {"weight": True, "pos_weight": True}],
    "KLDivLoss": [{}, {"log_target": True}],
}  # fmt: skip
PAIR_CASES = [(loss, options) for loss, given in PAIRS.items() for options in given]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
@pytest.mark.parametrize("shape", [(), (3,), (4, 3), (2, 4, 3), (0, 3)])
@pytest.mark.parametrize(("loss", "options"), PAIR_CASES)
def test_pairs(loss, options, shape, reduction, dtype):
    def program(lib):
        kind = getattr(lib, dtype)
        x, t = (lib.rand(shape, dtype=kind) * 0.8 + 0.1 for _ in range(2))
        if loss in ("SmoothL1Loss", "HuberLoss"):
            t = t * 3
        given = dict(options)
        for name in ("weight", "pos_weight"):
            if name in given:
                given[name] = lib.rand(shape[-1:], dtype=kind)
        module = getattr(lib.nn, loss)(reduction=reduction, **given)
        leaves = x.detach().requires_grad_(), t.detach().requires_grad_()
        found = derivatives(lib, module, *leaves)
        return [*found, repr(module), list(module.state_dict())]

    both(program, **(CLOSE if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-5}))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sure_predictions(dtype):
    """Where logarithms are infinite, and where logits are large."""

    def program(lib):
        kind, F = getattr(lib, dtype), lib.nn.functional
        p = lib.tensor([0.0, 1.0, 0.0, 1.0, 0.5, 1e-30], dtype=kind, requires_grad=True)
        t = lib.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 1.0], dtype=kind)
        losses = F.binary_cross_entropy(p, t, reduction="none")
        x = lib.tensor([1000.0, -1000.0, 1000.0, -1000.0, 0.0, 88.0], dtype=kind)
        x.requires_grad_()
        logits = F.binary_cross_entropy_with_logits(x, t, reduction="none")
        rows = lib.tensor([[1000.0, 0.0], [-1e30, 1e30]], dtype=kind, requires_grad=True)
        entropy = F.cross_entropy(rows, lib.tensor([1, 1]))
        (losses.sum() + logits.sum() + entropy).backward()
        return losses, p.grad, logits, x.grad, entropy, rows.grad

    both(program, rtol=1e-9 if dtype == "float64" else 1e-5)


F = lambda name: lambda lib, *args, **kwargs: getattr(lib.nn.functional, name)(*args, **kwargs)
nll, cross_entropy, bce, logits, smooth, huber, kl = map(
    F,
    (
        "nll_loss",
        "cross_entropy",
        "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
        "smooth_l1_loss",
        "huber_loss",
        "kl_div",
    ),
)
X = lambda lib: lib.rand(3, 5)
T = lambda lib: lib.tensor([0, 2, 4])
DTYPES = {
    "bytes as classes": lambda lib: nll(lib, X(lib), T(lib).to(lib.uint8)),
    "all ignored": lambda lib: nll(lib, X(lib), T(lib) * 0 - 100),
    "all ignored, smoothed": lambda lib: cross_entropy(
        lib, X(lib), T(lib) * 0 - 100, label_smoothing=0.5
    ),
    "one sample, one class": lambda lib: nll(lib, lib.rand(5), lib.tensor([2]), reduction="none"),
    "probabilities of more digits": lambda lib: cross_entropy(lib, X(lib), X(lib).double()),
    "logits of fewer digits": lambda lib: logits(lib, X(lib), X(lib).double()),
    "logits of more digits": lambda lib: logits(lib, X(lib).double(), X(lib)),
    "weights of other digits": lambda lib: logits(lib, X(lib), X(lib), lib.rand(5).double()),
    "pos_weight of integers": lambda lib: logits(lib, X(lib), X(lib), pos_weight=lib.tensor(2)),
    "bce weights of more digits": lambda lib: bce(lib, X(lib), X(lib), lib.rand(5).double()),
    "smooth with integers": lambda lib: smooth(lib, X(lib), T(lib)[:1]),
    "smooth of more digits": lambda lib: smooth(lib, X(lib), X(lib).double()),
    "smooth, broadcast": lambda lib: smooth(lib, X(lib), lib.rand(5)),
    "huber with integers": lambda lib: huber(lib, X(lib), T(lib)[:1]),
    "huber, target of more digits": lambda lib: huber(lib, X(lib), X(lib).double()),
    "huber, input of more digits": lambda lib: huber(lib, X(lib).double(), X(lib)),
    "huber with weights": lambda lib: huber(lib, X(lib), X(lib), weight=X(lib)),
    "huber, none, with weights": lambda lib: huber(lib, X(lib), X(lib), "none", 0.1, X(lib)),
    "kl of two dtypes": lambda lib: kl(lib, X(lib), X(lib).double(), reduction="sum"),
    "kl, broadcast": lambda lib: kl(lib, lib.rand(5), X(lib), reduction="batchmean"),
    "kl of zeros": lambda lib: kl(lib, X(lib), lib.zeros(3, 5), reduction="sum"),
    "kl with a warning": lambda lib: kl(lib, X(lib), X(lib)),
    "no classes": lambda lib: cross_entropy(lib, lib.zeros(3, 0), lib.zeros(3, 0)),
    "nothing": lambda lib: logits(lib, lib.zeros(0), lib.zeros(0)),
}


@pytest.mark.parametrize("name", DTYPES)
def test_dtypes_and_edges(name):
    both(DTYPES[name])


MISTAKES = {
    "class too large": lambda lib: nll(lib, X(lib), T(lib) + 1),
    "class below 0": lambda lib: cross_entropy(lib, X(lib), T(lib) - 1),
    "class too large in an image": lambda lib: nll(
        lib, lib.rand(1, 2, 2, 2), lib.full((1, 2, 2), 2)
    ),
    "no class at all": lambda lib: nll(lib, lib.rand(3, 0), T(lib)),
    "classes as floats": lambda lib: cross_entropy(lib, X(lib), T(lib).float()),
    "classes as short integers": lambda lib: nll(lib, X(lib), T(lib).int()),
    "classes as bools": lambda lib: nll(lib, X(lib), T(lib).bool()),
    "number of samples": lambda lib: cross_entropy(lib, X(lib), T(lib)[:2]),
    "a number as target": lambda lib: cross_entropy(lib, X(lib), lib.tensor(1)),
    "two targets of one sample": lambda lib: nll(lib, lib.rand(5), T(lib)),
    "target of two dims": lambda lib: nll(lib, X(lib), lib.zeros(3, 1, dtype=lib.int64)),
    "target of two dims of one sample": lambda lib: nll(lib, lib.rand(5), lib.tensor([[1]])),
    "size of an image": lambda lib: nll(
        lib, lib.rand(2, 5, 2, 2), lib.zeros(2, 2, 3, dtype=lib.int64)
    ),
    "size of a sequence": lambda lib: cross_entropy(
        lib, lib.rand(2, 5, 3), lib.zeros(2, 4, dtype=lib.int64)
    ),
    "no dims": lambda lib: nll(lib, lib.tensor(1.0), lib.tensor(0)),
    "no dims, class": lambda lib: cross_entropy(lib, lib.tensor(1.0), lib.tensor(0)),
    "no dims, probability": lambda lib: cross_entropy(lib, lib.tensor(1.0), lib.tensor(1.0)),
    "weight of another size": lambda lib: nll(lib, X(lib), T(lib), lib.ones(4)),
    "weight of two dims": lambda lib: nll(lib, X(lib), T(lib), lib.ones(1, 5)),
    "weight of another dtype": lambda lib: nll(lib, X(lib), T(lib), lib.ones(5).double()),
    "weight for probabilities": lambda lib: cross_entropy(lib, X(lib), X(lib), lib.ones(4)),
    "weight with smoothing": lambda lib: cross_entropy(
        lib, X(lib), T(lib), lib.ones(4), label_smoothing=0.1
    ),
    "weight that asks for a gradient": lambda lib: nll(
        lib, X(lib), T(lib), lib.ones(5, requires_grad=True)
    ),
    "weight as a list": lambda lib: nll(lib, X(lib), T(lib), [1.0] * 5),
    "target as a list": lambda lib: cross_entropy(lib, X(lib), [0, 2, 4]),
    "input as a list": lambda lib: nll(lib, [[0.5, 0.5]], T(lib)),
    "input of integers": lambda lib: nll(lib, X(lib).long(), T(lib)),
    "logits of integers": lambda lib: cross_entropy(lib, X(lib).long(), T(lib)),
    "probabilities of integers": lambda lib: cross_entropy(lib, X(lib), X(lib).long()),
    "ignoring with probabilities": lambda lib: cross_entropy(lib, X(lib), X(lib), ignore_index=1),
    "smoothing above 1": lambda lib: cross_entropy(lib, X(lib), T(lib), label_smoothing=1.5),
    "reduction of nll": lambda lib: nll(lib, X(lib), T(lib), reduction="median"),
    "reduction of cross entropy": lambda lib: cross_entropy(lib, X(lib), T(lib), reduction=None),
    "bce of another size": lambda lib: bce(lib, X(lib), lib.rand(5)),
    "bce of logits": lambda lib: bce(lib, X(lib) + 1, X(lib)),
    "bce with targets above 1": lambda lib: bce(lib, X(lib), X(lib) + 1),
    "bce of nan": lambda lib: bce(lib, X(lib) * float("nan"), X(lib)),
    "bce of two dtypes": lambda lib: bce(lib, X(lib), X(lib).double()),
    "bce with integers": lambda lib: bce(lib, X(lib), X(lib).long()),
    "bce of integers": lambda lib: bce(lib, X(lib).long(), X(lib).long()),
    "bce weight of another size": lambda lib: bce(lib, X(lib), X(lib), lib.ones(3)),
    "bce weight of more dims": lambda lib: bce(lib, X(lib), X(lib), lib.ones(2, 3, 5)),
    "bce weight that asks for a gradient": lambda lib: bce(
        lib, X(lib), X(lib), lib.ones(5, requires_grad=True)
    ),
    "bce reduction": lambda lib: bce(lib, X(lib), X(lib), reduction="batchmean"),
    "logits of another size": lambda lib: logits(lib, X(lib), lib.rand(5)),
    "logits with integers": lambda lib: logits(lib, X(lib), X(lib).long()),
    "logits are integers": lambda lib: logits(lib, X(lib).long(), X(lib).long()),
    "logits, weight of another size": lambda lib: logits(lib, X(lib), X(lib), lib.ones(3)),
    "logits, weight of more dims": lambda lib: logits(lib, X(lib), X(lib), lib.ones(2, 3, 5)),
    "logits, pos_weight of another size": lambda lib: logits(
        lib, X(lib), X(lib), pos_weight=lib.ones(3)
    ),
    "logits, pos_weight that asks for a gradient": lambda lib: logits(
        lib, X(lib), X(lib), pos_weight=lib.ones(5, requires_grad=True)
    ),
    "logits, reduction": lambda lib: logits(lib, X(lib), X(lib), reduction="avg"),
    "negative beta": lambda lib: smooth(lib, X(lib), X(lib), beta=-1.0),
    "beta as text": lambda lib: smooth(lib, X(lib), X(lib), beta="1"),
    "smooth of integers": lambda lib: smooth(lib, T(lib), T(lib)),
    "smooth that does not broadcast": lambda lib: smooth(lib, X(lib), lib.rand(4)),
    "smooth reduction": lambda lib: smooth(lib, X(lib), X(lib), reduction="avg"),
    "delta of 0": lambda lib: huber(lib, X(lib), X(lib), delta=0.0),
    "delta as text": lambda lib: lib.nn.HuberLoss(delta="1"),
    "huber of integers": lambda lib: huber(lib, T(lib), T(lib)),
    "huber of integers, with floats": lambda lib: huber(lib, T(lib), lib.rand(3)),
    "huber that does not broadcast": lambda lib: huber(lib, X(lib), lib.rand(4)),
    "huber weights": lambda lib: huber(lib, X(lib), X(lib), weight=lib.rand(5)),
    "huber reduction": lambda lib: huber(lib, X(lib), X(lib), "avg"),
    "kl of integers": lambda lib: kl(lib, X(lib), T(lib)[:1], reduction="sum"),
    "kl that does not broadcast": lambda lib: kl(lib, X(lib), lib.rand(4), reduction="sum"),
    "kl with a list": lambda lib: kl(lib, X(lib), [1.0], reduction="sum"),
    "kl reduction": lambda lib: kl(lib, X(lib), X(lib), reduction="avg"),
    "weight that is no tensor": lambda lib: lib.nn.CrossEntropyLoss(weight=[1.0, 2.0]),
    "unknown option": lambda lib: lib.nn.NLLLoss(label_smoothing=0.1),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    same_words(*both(MISTAKES[name]), 0)


def test_a_changed_target_is_refused():
    def program(lib):
        x, t = lib.randn(3, 5, requires_grad=True), T(lib)
        loss = cross_entropy(lib, x, t)
        t[0] = 1
        loss.backward()

    same_words(*both(program))


def test_training_a_classifier_gives_torchs_losses():
    def program(lib):
        nn = lib.nn
        model = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 4))
        criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
        optimizer = lib.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
        x, t = lib.randn(20, 6), lib.randint(0, 4, (20,))
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = criterion(model(x), t)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    both(program, rtol=1e-4)
