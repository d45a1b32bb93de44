"""Recurrent cells and layers side by side with torch: first numbers, outputs, gradients, errors."""

import pytest
from parity.side_by_side import both, same_words

TOLERANCES = {"float32": {"rtol": 1e-5, "atol": 1e-6}, "float64": {"rtol": 1e-9, "atol": 1e-12}}
STATES = {"RNN": 1, "GRU": 1, "LSTM": 2}
KINDS = list(STATES)


def leaf(lib, dtype, *shape):
    return lib.randn(*shape, dtype=dtype).requires_grad_()


def make(lib, text, dtype=None):
    """Make a layer, with the parameters that 32-bit numbers give."""
    layer = eval(f"nn.{text}", {"nn": lib.nn})
    return layer if dtype is None else layer.to(dtype)


def a_state(lib, kind, dtype, *shape):
    state = tuple(leaf(lib, dtype, *shape) for _ in range(STATES[kind]))
    return state if kind == "LSTM" else state[0]


def flat(result):
    """Return the tensors of a result, whose nodes are not compared: torch fuses some."""
    return [y for x in result for y in (flat(x) if isinstance(x, tuple) else [x])]


def derivatives(lib, results, leaves, twice=True):
    """Return results and first derivatives, and those of the sum of their squares."""
    total = sum((x * x).sum() for x in results)
    first = lib.autograd.grad(total, leaves, create_graph=twice)
    second = lib.autograd.grad(sum((g * g).sum() for g in first), leaves) if twice else []
    return [*(x.detach() for x in results), *(g.detach() for g in first), *second]


# --- the cells -----------------------------------------------------------------------------------

CELLS = ["{}Cell(3, 4)", "{}Cell(3, 4, bias=False)", "{}Cell(1, 5)"]
CELL_TEXTS = [(text.format(kind), kind) for text in CELLS for kind in KINDS]
CELL_TEXTS += [
    ("RNNCell(3, 4, nonlinearity='relu')", "RNN"),
    ("RNNCell(3, 4, True, 'relu')", "RNN"),
]


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("given", [False, True], ids=["zeros", "state"])
@pytest.mark.parametrize("batch", [(6,), (1,), ()], ids=str)
@pytest.mark.parametrize(("text", "kind"), CELL_TEXTS)
def test_cells(text, kind, batch, given, dtype):
    def program(lib):
        number = getattr(lib, dtype)
        cell = make(lib, text).to(number)
        x = leaf(lib, number, *batch, cell.input_size)
        state = a_state(lib, kind, number, *batch, cell.hidden_size) if given else None
        result = cell(x) if state is None else cell(x, state)
        results = list(result) if isinstance(result, tuple) else [result]
        states = () if state is None else state if isinstance(state, tuple) else (state,)
        leaves = [x, *states, *cell.parameters()]
        return derivatives(lib, results, leaves, twice=dtype == "float64")

    both(program, **TOLERANCES[dtype])


@pytest.mark.parametrize(("text", "kind"), CELL_TEXTS)
def test_first_numbers_and_names_of_cells(text, kind):
    def program(lib):
        cell = make(lib, text)
        result = cell(lib.ones(2, cell.input_size))
        return repr(cell), cell.state_dict(), result, cell.bias_ih

    both(program)


# --- the layers ----------------------------------------------------------------------------------

OPTIONS = [
    "",
    ", bias=False",
    ", batch_first=True",
    ", num_layers=2",
    ", num_layers=3, bias=False, batch_first=True",
    ", bidirectional=True",
    ", num_layers=2, bidirectional=True, batch_first=True",
]
LAYERS = [(f"{kind}(2, 3{options})", kind) for options in OPTIONS for kind in KINDS]
LAYERS += [("RNN(2, 3, 2, 'relu')", "RNN"), ("RNN(2, 3, nonlinearity='relu')", "RNN")]
SIZES = {
    "batch": (4, 5),
    "one row": (3, 1),
    "one step": (1, 4),
    "one by one": (1, 1),
    "alone": (4,),
}


def run(lib, text, kind, sizes, given, number, train=True):
    layer = make(lib, text).to(number).train(train)
    sizes = sizes[::-1] if layer.batch_first else sizes
    x = leaf(lib, number, *sizes, layer.input_size)
    n = () if len(sizes) == 1 else (sizes[0 if layer.batch_first else 1],)
    places = layer.num_layers * (2 if layer.bidirectional else 1)
    state = a_state(lib, kind, number, places, *n, layer.hidden_size) if given else None
    result = layer(x) if state is None else layer(x, state)
    states = () if state is None else state if isinstance(state, tuple) else (state,)
    return layer, flat(result), [x, *states, *layer.parameters()]


@pytest.mark.parametrize("given", [False, True], ids=["zeros", "state"])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("text", "kind"), LAYERS)
def test_layers(text, kind, sizes, given):
    def program(lib):
        _, results, leaves = run(lib, text, kind, SIZES[sizes], given, lib.float64)
        strides = [x.is_contiguous() for x in results]
        return derivatives(lib, results, leaves), strides

    both(program, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("text", "kind"), LAYERS)
def test_layers_in_float32(text, kind):
    def program(lib):
        layer, results, leaves = run(lib, text, kind, (6, 5), True, lib.float32)
        sum(x.sin().sum() for x in results).backward()
        return [x.detach() for x in results], [x.grad for x in leaves], repr(layer)

    both(program, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("text", "kind"), LAYERS)
def test_first_numbers_and_names(text, kind):
    def program(lib):
        layer = make(lib, text)
        weights = [[tuple(w.shape) for w in each] for each in layer.all_weights]
        names = [name for name, _ in layer.named_parameters()]
        return repr(layer), layer.state_dict(), names, weights, layer.mode, lib.rand(2)

    both(program)


@pytest.mark.parametrize("p", [0.3, 1.0])
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("options", OPTIONS[3:])
@pytest.mark.parametrize("kind", KINDS)
def test_dropout_between_layers(kind, options, train, p):
    def program(lib):
        text = f"{kind}(2, 3{options}, dropout={p})"
        layer, results, leaves = run(lib, text, kind, (4, 5), False, lib.float32, train)
        sum(x.sin().sum() for x in results).backward()
        grads = [x.grad for x in leaves]
        return [x.detach() for x in results], grads, repr(layer), lib.rand(2)

    both(program)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_after_the_layers(kind):
    """The output with `batch_first` lies in memory as torch's does, so the same numbers fall."""

    def program(lib):
        layer = make(lib, f"{kind}(2, 3, batch_first=True)")
        return lib.nn.functional.dropout(layer(lib.randn(4, 5, 2))[0]).detach(), lib.rand(2)

    both(program)


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_carried_on(kind):
    def program(lib):
        layer, x = make(lib, f"{kind}(2, 3, 2)"), lib.randn(6, 4, 2)
        whole, _ = layer(x)
        first, state = layer(x[:3])
        second, _ = layer(x[3:], state)
        return whole.detach(), lib.cat([first, second]).detach()

    both(program)


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows(kind):
    def program(lib):
        layer = make(lib, f"{kind}(2, 3)")
        results = flat(layer(lib.zeros(4, 0, 2)))
        cell = make(lib, f"{kind}Cell(2, 3)")
        return [x.detach() for x in results], cell(lib.zeros(0, 2))

    both(program)


# --- training ------------------------------------------------------------------------------------


def waves(lib):
    """Return pieces of a sine wave, and the number after each."""
    wave = lib.sin(lib.arange(0, 40, dtype=lib.float32) * 0.3)
    x = lib.stack([wave[i : i + 20] for i in range(16)]).unsqueeze(2)
    return x, lib.stack([wave[i + 20 : i + 21] for i in range(16)])


@pytest.mark.parametrize("kind", KINDS)
def test_training_on_a_sine_wave(kind):
    """A hundred steps of Adam from the same seed: the same losses."""

    def program(lib):
        x, target = waves(lib)
        layer, head = make(lib, f"{kind}(1, 16, batch_first=True)"), lib.nn.Linear(16, 1)
        optimizer = lib.optim.Adam([*layer.parameters(), *head.parameters()], lr=0.01)
        losses = []
        for _ in range(100):
            optimizer.zero_grad()
            output, _ = layer(x)
            loss = lib.nn.functional.mse_loss(head(output[:, -1]), target)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    found, _ = both(program, rtol=1e-4, atol=0)
    assert found[-1] < found[0] / 20


def test_training_on_characters():
    def program(lib):
        text = lib.tensor([0, 1, 2, 0, 3, 0, 1, 2, 0, 3, 0, 1])
        embedding, layer, head = lib.nn.Embedding(4, 5), lib.nn.GRU(5, 8, 2), lib.nn.Linear(8, 4)
        parameters = [p for m in (embedding, layer, head) for p in m.parameters()]
        optimizer, losses = lib.optim.SGD(parameters, lr=0.5), []
        for _ in range(30):
            optimizer.zero_grad()
            logits = head(layer(embedding(text[:-1]))[0])
            right = lib.log_softmax(logits, 1).gather(1, text[1:].unsqueeze(1))
            loss = -right.mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    both(program, rtol=1e-4, atol=0)


# --- mistakes ------------------------------------------------------------------------------------


def state_of(lib, kind, *shape):
    return (lib.ones(*shape),) * 2 if kind == "LSTM" else lib.ones(*shape)


def doubled(state):
    return tuple(x.double() for x in state) if isinstance(state, tuple) else state.double()


CELL_MISTAKES = {
    "input size": lambda lib, cell, h: cell(lib.ones(2, 5)),
    "hidden size": lambda lib, cell, h: cell(lib.ones(2, 3), h(2, 5)),
    "rows": lambda lib, cell, h: cell(lib.ones(2, 3), h(1, 4)),
    "state with rows for input without": lambda lib, cell, h: cell(lib.ones(3), h(1, 4)),
    "state without rows for input with": lambda lib, cell, h: cell(lib.ones(2, 3), h(4)),
    "3 dims": lambda lib, cell, h: cell(lib.ones(2, 2, 3)),
    "no dims": lambda lib, cell, h: cell(lib.ones(())),
    "3 dims of the state": lambda lib, cell, h: cell(lib.ones(2, 3), h(1, 2, 4)),
}
CELL_MISTAKES_IN_OTHER_WORDS = {
    "dtype": lambda lib, cell, h: cell(lib.ones(2, 3).double()),
    "integers": lambda lib, cell, h: cell(lib.ones(2, 3).long()),
    "a list": lambda lib, cell, h: cell([[1.0, 2.0, 3.0]]),
    "an array": lambda lib, cell, h: cell(lib.ones(2, 3).numpy()),
    "negative size": lambda lib, cell, h: type(cell)(-1, 4),
    "size that is no integer": lambda lib, cell, h: type(cell)(3.0, 4),
    "integers as parameters": lambda lib, cell, h: type(cell)(3, 4, dtype=lib.int64),
}


def check_mistake(name, tables, program):
    found, expected = both(program)
    if name in tables:
        same_words(found, expected)


@pytest.mark.parametrize("name", [*CELL_MISTAKES, *CELL_MISTAKES_IN_OTHER_WORDS])
@pytest.mark.parametrize("kind", KINDS)
def test_mistakes_with_cells(kind, name):
    mistake = CELL_MISTAKES.get(name) or CELL_MISTAKES_IN_OTHER_WORDS[name]
    cell = f"{kind}Cell(3, 4)"
    check_mistake(
        name,
        CELL_MISTAKES,
        lambda lib: mistake(lib, make(lib, cell), lambda *s: state_of(lib, kind, *s)),
    )


LAYER_MISTAKES = {
    "input size": lambda lib, layer, h: layer(lib.ones(5, 2, 5)),
    "hidden size": lambda lib, layer, h: layer(lib.ones(5, 2, 3), h(1, 2, 5)),
    "rows": lambda lib, layer, h: layer(lib.ones(5, 2, 3), h(1, 1, 4)),
    "rows, unbatched": lambda lib, layer, h: layer(lib.ones(5, 3), h(2, 4)),
    "state of 3 dims": lambda lib, layer, h: layer(lib.ones(5, 3), h(1, 1, 4)),
    "state of 2 dims": lambda lib, layer, h: layer(lib.ones(5, 2, 3), h(1, 4)),
    "input of 4 dims": lambda lib, layer, h: layer(lib.ones(2, 2, 2, 3)),
    "input of 1 dim": lambda lib, layer, h: layer(lib.ones(3)),
    "dtype": lambda lib, layer, h: layer(lib.ones(5, 2, 3).double()),
    "integers": lambda lib, layer, h: layer(lib.ones(5, 2, 3).long()),
    "no steps": lambda lib, layer, h: layer(lib.ones(0, 2, 3)),
    "no input": lambda lib, layer, h: type(layer)(0, 4),
    "negative input": lambda lib, layer, h: type(layer)(-1, 4),
    "no hidden numbers": lambda lib, layer, h: type(layer)(3, 0),
    "no layers": lambda lib, layer, h: type(layer)(3, 4, 0),
    "input size in words": lambda lib, layer, h: type(layer)("3", 4),
    "hidden size in words": lambda lib, layer, h: type(layer)(3, 4.0),
    "bias is no bool": lambda lib, layer, h: type(layer)(3, 4, bias=1),
    "batch_first is no bool": lambda lib, layer, h: type(layer)(3, 4, batch_first=1),
    "dropout above 1": lambda lib, layer, h: type(layer)(3, 4, 2, dropout=1.5),
    "dropout is a bool": lambda lib, layer, h: type(layer)(3, 4, 2, dropout=True),
}
LAYER_MISTAKES_IN_OTHER_WORDS = {
    "a list": lambda lib, layer, h: layer([[1.0, 2.0, 3.0]]),
    "an array": lambda lib, layer, h: layer(lib.ones(5, 2, 3).numpy()),
    "dtype of the state": lambda lib, layer, h: layer(lib.ones(5, 2, 3), doubled(h(1, 2, 4))),
    "half a layer": lambda lib, layer, h: type(layer)(3, 4, 1.5),
    "dropout is a word": lambda lib, layer, h: type(layer)(3, 4, dropout="a"),
    "integers as parameters": lambda lib, layer, h: type(layer)(3, 4, dtype=lib.int64),
    "no sizes": lambda lib, layer, h: type(layer)(),
    "unknown option": lambda lib, layer, h: type(layer)(3, 4, foo=1),
    "needless dropout": lambda lib, layer, h: repr(type(layer)(3, 4, dropout=0.5)),
}


@pytest.mark.parametrize("name", [*LAYER_MISTAKES, *LAYER_MISTAKES_IN_OTHER_WORDS])
@pytest.mark.parametrize("kind", KINDS)
def test_mistakes_with_layers(kind, name):
    mistake = LAYER_MISTAKES.get(name) or LAYER_MISTAKES_IN_OTHER_WORDS[name]
    layer = f"{kind}(3, 4)"
    check_mistake(
        name,
        LAYER_MISTAKES,
        lambda lib: mistake(lib, make(lib, layer), lambda *s: state_of(lib, kind, *s)),
    )


ODD = {
    "unknown nonlinearity": lambda lib, nn: nn.RNN(3, 4, nonlinearity="sin"),
    "bias in its place": lambda lib, nn: nn.RNN(3, 4, 2, True),
    "projection in an RNN": lambda lib, nn: nn.RNN(3, 4, proj_size=2),
    "projection in a GRU": lambda lib, nn: nn.GRU(3, 4, proj_size=0),
    "negative projection": lambda lib, nn: nn.LSTM(3, 4, proj_size=-1),
    "large projection": lambda lib, nn: nn.LSTM(3, 4, proj_size=4),
    "one tensor for a cell": lambda lib, nn: nn.LSTMCell(3, 4)(lib.ones(2, 3), lib.ones(2, 4)),
    "one of two for a cell": lambda lib, nn: nn.LSTMCell(3, 4)(lib.ones(2, 3), (lib.ones(2, 4),)),
    "another c for a cell": lambda lib, nn: nn.LSTMCell(3, 4)(
        lib.ones(2, 3), (lib.ones(2, 4), lib.ones(2, 5))
    ),
    "another c": lambda lib, nn: nn.LSTM(3, 4)(
        lib.ones(5, 2, 3), (lib.ones(1, 2, 4), lib.ones(1, 2, 5))
    ),
}
ODD_IN_OTHER_WORDS = {
    "unknown nonlinearity of a cell": lambda lib, nn: nn.RNNCell(3, 4, nonlinearity="sin")(
        lib.ones(2, 3)
    ),
    "one tensor": lambda lib, nn: nn.LSTM(3, 4)(lib.ones(5, 2, 3), lib.ones(1, 2, 4)),
    "one tensor of two layers": lambda lib, nn: nn.LSTM(3, 4)(lib.ones(5, 2, 3), lib.ones(2, 2, 4)),
    "one of two": lambda lib, nn: nn.LSTM(3, 4)(lib.ones(5, 2, 3), (lib.ones(1, 2, 4),)),
    "three": lambda lib, nn: nn.LSTM(3, 4)(lib.ones(5, 2, 3), (lib.ones(1, 2, 4),) * 3),
    "a number": lambda lib, nn: nn.LSTM(3, 4)(lib.ones(5, 2, 3), 3),
    "a number for a cell": lambda lib, nn: nn.LSTMCell(3, 4)(lib.ones(2, 3), 3),
    "numbers": lambda lib, nn: nn.LSTM(3, 4)(lib.ones(5, 2, 3), (1, 2)),
    "a pair for a GRU": lambda lib, nn: nn.GRU(3, 4)(lib.ones(5, 2, 3), (lib.ones(1, 2, 4),) * 2),
    "a pair for a cell": lambda lib, nn: nn.GRUCell(3, 4)(lib.ones(2, 3), (lib.ones(2, 4),) * 2),
    "lists of states": lambda lib, nn: flat(
        nn.LSTM(3, 4)(lib.ones(5, 2, 3), [lib.ones(1, 2, 4)] * 2)
    )[0].detach(),
    "another mode": lambda lib, nn: nn.RNNBase("LSTN", 3, 4),
    "repr of a cell with odd options": lambda lib, nn: repr(nn.RNNCell(3, 4, 0, "sin")),
}


@pytest.mark.parametrize("name", [*ODD, *ODD_IN_OTHER_WORDS])
def test_odd_calls(name):
    odd = ODD.get(name) or ODD_IN_OTHER_WORDS[name]
    check_mistake(name, ODD, lambda lib: odd(lib, lib.nn))
