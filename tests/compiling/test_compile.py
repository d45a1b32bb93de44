"""What `compile` may and may not turn into a program: nothing is ever frozen in silence."""

import threading
import time
import warnings

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import nn


def vector(*numbers: float, grad: bool = True) -> torch.Tensor:
    return torch.tensor(numbers, requires_grad=grad)


def runs_as_it_is(function: object, *calls: tuple, reason: str) -> None:
    """Expect one warning that says why, and the results of eager calls."""
    fast = torch.compile(function)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for args in calls:
            found = fast(*args)
            expected = function(*args)
            assert np.array_equal(found.detach().array, expected.detach().array)
            if expected.requires_grad:
                grads = [
                    torch.autograd.grad(out.sum(), args[0], allow_unused=True)[0]
                    for out in (found, expected)
                ]
                assert grads[0] is grads[1] is None or np.array_equal(*(g.array for g in grads))
    messages = [str(w.message) for w in seen if "is not compiled" in str(w.message)]
    assert len(messages) == 1, messages
    assert reason in messages[0]


# --- code that looks at the numbers --------------------------------------------------------------


def branch(x: torch.Tensor) -> torch.Tensor:
    return x * 2 if x.sum() > 0 else x * 3


LOOKS = {
    "if": branch,
    "item": lambda x: x * x.sum().item(),
    "float": lambda x: x * float(x[0]),
    "int": lambda x: x * int(x[1]),
    "bool": lambda x: x * (2 if bool(x[0] > 1) else 5),
    "tolist": lambda x: x * x.tolist()[0],
    "numpy": lambda x: x * float(x.detach().numpy()[1]),
    "array": lambda x: x * float(x.array[1]),
    "asarray": lambda x: x * float(np.asarray(x.detach())[1]),
    "format": lambda x: x * float(f"{x[0]:.3f}"),
    "repr": lambda x: x * len(repr(x.detach())),
    "in": lambda x: x * (2 if 1.0 in x else 3),
    "mask": lambda x: x[x.detach() > 0] * 2,
    "masked_select": lambda x: torch.masked_select(x, x > 0) * 2,
    "repeats": lambda x: torch.repeat_interleave(x, (x.detach().abs() > 1.5).long() + 1),
    "nonzero": lambda x: x * torch.nonzero(x > 0).shape[0],
    "unique": lambda x: x * torch.unique(x.detach()).shape[0],
    "range": lambda x: sum(x * i for i in range(int(x.detach().abs().sum()) + 1)),
    "allclose": lambda x: x * (2 if torch.allclose(x, x * 1) else 3),
    "equal": lambda x: x * (2 if torch.equal(x, x.abs()) else 3),
}


@pytest.mark.parametrize("name", LOOKS)
def test_code_that_looks_at_numbers_is_never_frozen(name: str) -> None:
    calls = [(vector(1.0, 2.0),), (vector(3.0, 1.0),), (vector(-1.0, -2.0),), (vector(1.0, -4.0),)]
    runs_as_it_is(LOOKS[name], *calls, reason="looks at the numbers")


def test_printing_is_a_look(capsys: pytest.CaptureFixture) -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        print(x.detach() * 2)
        return x * 2

    calls = [(vector(1.0),), (vector(2.0),), (vector(3.0),)]
    runs_as_it_is(f, *calls, reason="looks at the numbers")
    assert capsys.readouterr().out.splitlines() == [f"tensor([{n}.])" for n in (2, 2, 4, 4, 6, 6)]


def test_fullgraph_raises_instead() -> None:
    with pytest.raises(RuntimeError, match="looks at the numbers of a tensor"):
        torch.compile(branch, fullgraph=True)(vector(1.0))


# --- what else may change between calls ----------------------------------------------------------


def test_comparisons_that_stay_tensors_are_part_of_the_program() -> None:
    fast = torch.compile(lambda x: torch.where(x > 0, x * 2, x * 3) * (x < 5).float())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for numbers in ([1.0, -2.0], [-1.0, 3.0], [6.0, -6.0], [0.0, 5.0]):
            x = vector(*numbers)
            y = fast(x)
            y.sum().backward()
            slopes = [(2.0 if n > 0 else 3.0) * (n < 5) for n in numbers]
            assert y.tolist() == [n * s for n, s in zip(numbers, slopes, strict=True)]
            assert x.grad.tolist() == slopes
    assert "np.where" in fast.source


def test_a_number_that_changes_makes_another_program() -> None:
    settings = {"scale": 1.0}
    fast = torch.compile(lambda x: x * settings["scale"])
    for scale in (1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.5):
        settings["scale"] = scale
        assert fast(vector(2.0)).item() == 2.0 * scale


def test_a_counter_is_noticed() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.calls = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            return x * self.calls

    fast = torch.compile(Net())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [fast(vector(1.0)).item() for _ in range(12)] == [float(i) for i in range(1, 13)]


def test_numbers_from_elsewhere_are_noticed_in_the_second_call() -> None:
    fast = torch.compile(lambda x: x * (time.perf_counter_ns() - start))
    start = time.perf_counter_ns()
    with pytest.warns(UserWarning, match="did something else"):
        found = [fast(vector(1.0)).item() for _ in range(4)]
    assert found == sorted(set(found))


SCALE = torch.tensor([2.0])


def scaled(x: torch.Tensor) -> torch.Tensor:
    return x * SCALE


def test_a_global_tensor_may_change_and_may_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = torch.compile(scaled)
    assert [fast(vector(1.0)).item() for _ in range(3)] == [2.0] * 3
    with torch.no_grad():
        SCALE.mul_(2)
    assert fast(vector(1.0)).item() == 4.0
    monkeypatch.setitem(globals(), "SCALE", torch.tensor([7.0]))
    assert [fast(vector(1.0)).item() for _ in range(3)] == [7.0] * 3


def test_a_parameter_that_is_replaced_is_noticed() -> None:
    model = nn.Linear(1, 1, bias=False)
    fast = torch.compile(model)
    x = torch.ones(1, 1)
    for value in (2.0, 3.0, 4.0):
        model.weight = nn.Parameter(torch.tensor([[value]]))
        assert [fast(x).item() for _ in range(3)] == [value] * 3
    model.weight.data = torch.tensor([[9.0]])
    assert fast(x).item() == 9.0


def test_a_tensor_that_cannot_be_found_again_is_refused() -> None:
    hidden = iter([torch.tensor([float(i)]) for i in range(9)])
    runs = []

    def f(x: torch.Tensor) -> torch.Tensor:
        runs.append(next(hidden))
        return x * runs[-1]

    fast = torch.compile(f)
    with pytest.warns(UserWarning, match="is not compiled"):
        assert [fast(vector(1.0)).item() for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]


def test_numpy_arrays_in_reach_are_refused() -> None:
    table = np.ones(2, np.float32)
    fast = torch.compile(lambda x: x * torch.tensor(table))
    with pytest.warns(UserWarning, match="numpy array"):
        for i in range(4):
            table[:] = i
            assert fast(vector(1.0, 1.0)).tolist() == [i, i]


def test_hooks_are_refused() -> None:
    model = nn.Linear(2, 2)
    seen = []
    model.register_forward_hook(lambda *_: seen.append(1))
    fast = torch.compile(model)
    with pytest.warns(UserWarning, match="has hooks"):
        for _ in range(4):
            fast(torch.ones(1, 2))
    assert len(seen) == 4


def test_hooks_that_come_later_are_noticed() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    fast = torch.compile(model)
    for _ in range(3):
        fast(torch.ones(1, 2))
    seen = []
    model[0].register_forward_hook(lambda *_: seen.append(1))
    with pytest.warns(UserWarning, match="has hooks"):
        for _ in range(3):
            fast(torch.ones(1, 2))
    assert len(seen) == 3


def test_going_backward_inside_is_refused() -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        (g,) = torch.autograd.grad((x**3).sum(), x)
        return g * 2

    runs_as_it_is(f, (vector(1.0),), (vector(2.0),), (vector(3.0),), reason="goes backward itself")


def hooked(x: torch.Tensor) -> torch.Tensor:
    y = x * 2
    y.register_hook(lambda g: g * 10)
    return y


HISTORY = {
    "register_hook": hooked,
    "is_leaf": lambda x: x * (2 if x.is_leaf else 3),
    "grad": lambda x: x * (2 if x.grad is None else 3),
    "grad_fn": lambda x: x * (2 if x.grad_fn is None else 3),
    "_version": lambda x: x * x._version,
}


@pytest.mark.parametrize("name", HISTORY)
def test_code_that_asks_for_the_history_of_a_tensor_is_refused(name: str) -> None:
    calls = [(vector(1.0),), (vector(2.0),), (vector(3.0) * 2,)]
    runs_as_it_is(HISTORY[name], *calls, reason=f"asks for {name}")


def test_a_leaf_that_is_made_inside_keeps_its_gradient_to_itself() -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        return x.detach().requires_grad_() * x

    runs_as_it_is(f, (vector(1.0),), (vector(2.0),), (vector(3.0),), reason="requires_grad")


def test_a_watched_call_leaves_arrays_in_its_graph() -> None:
    layer = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True))
    y = torch.compile(layer)(torch.ones(1, 2))
    assert type(y.grad_fn.output) is np.ndarray


def test_custom_functions_are_refused() -> None:
    class Odd(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 17

    calls = [(vector(1.0),), (vector(2.0),), (vector(3.0),)]
    runs_as_it_is(lambda x: Odd.apply(x) + 1, *calls, reason="custom Function")


def test_a_view_of_an_argument_is_not_returned_by_a_program() -> None:
    fast = torch.compile(lambda x: x[1:])
    x = vector(1.0, 2.0, 3.0, grad=False)
    with pytest.warns(UserWarning, match="returns a view"):
        for _ in range(3):
            y = fast(x)
    y += 1
    assert x.tolist() == [1.0, 3.0, 4.0]


# --- kinds of calls ------------------------------------------------------------------------------


def test_each_shape_dtype_and_flag_has_its_program() -> None:
    fast = torch.compile(lambda x: (x * x).sum())
    kinds = [
        vector(1.0, 2.0),
        vector(1.0, 2.0, grad=False),
        vector(1.0, 2.0, 3.0),
        vector(1.0, 2.0).detach().double().requires_grad_(),
        torch.tensor([1, 2]),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            for x in kinds:
                y = fast(x)
                assert (y.item(), y.dtype, y.requires_grad) == (
                    sum(n * n for n in x.tolist()), (x * x).sum().dtype, x.requires_grad,
                )  # fmt: skip
    assert fast.source.count("def forward") == 5
    assert fast.source.count("def backward") == 3


def test_the_number_of_programs_is_bounded() -> None:
    fast = torch.compile(lambda x: x * 2)
    with pytest.warns(UserWarning, match="more than 8 ways"):
        for n in range(1, 12):
            for _ in range(3):
                assert fast(torch.ones(n)).tolist() == [2.0] * n
    assert fast.source == ""


def test_numbers_among_the_arguments_are_part_of_the_kind() -> None:
    fast = torch.compile(lambda x, power=1: x**power)
    for power in (1, 2, 2, 2, 1, 1, 3):
        assert fast(vector(3.0), power=power).item() == 3.0**power
        assert fast(vector(3.0), power).item() == 3.0**power


def test_the_default_dtype_is_part_of_the_kind() -> None:
    fast = torch.compile(lambda x: (x * 2).sum() + torch.ones(1, dtype=torch.get_default_dtype()))
    x = torch.tensor([1, 2])
    assert [fast(x).dtype for _ in range(3)] == [torch.float32] * 3
    try:
        torch.set_default_dtype(torch.float64)
        assert [fast(x).dtype for _ in range(3)] == [torch.float64] * 3
    finally:
        torch.set_default_dtype(torch.float32)


def test_the_same_tensor_twice_is_another_kind() -> None:
    fast = torch.compile(lambda a, b: a * b)
    for _ in range(3):
        x, y = vector(2.0), vector(5.0)
        fast(x, x).backward()
        fast(x, y).backward()
        assert (x.grad.item(), y.grad.item()) == (4.0 + 5.0, 2.0)


def test_structures_go_in_and_out() -> None:
    def f(pair: list, *, more: dict) -> dict:
        return {"sum": pair[0] + pair[1], "rest": (more["a"] * 2, None, 3)}

    fast = torch.compile(f)
    for _ in range(3):
        a, b = vector(1.0), vector(2.0)
        found = fast([a, b], more={"a": b})
        assert found["sum"].item() == 3.0
        assert (found["rest"][0].item(), found["rest"][1:]) == (4.0, (None, 3))
        (found["sum"] + found["rest"][0]).backward()
        assert (a.grad.item(), b.grad.item()) == (1.0, 3.0)


def test_outputs_that_nobody_uses_send_nothing_back() -> None:
    fast = torch.compile(lambda x: (x * 2, x / 0))
    for _ in range(3):
        x = vector(1.0)
        y, _ = fast(x)
        y.backward()
        assert x.grad.item() == 2.0


def test_an_argument_that_is_returned_is_itself() -> None:
    fast = torch.compile(lambda x: (x, x * 2))
    for _ in range(3):
        x = vector(1.0)
        assert fast(x)[0] is x


def test_under_no_grad_nothing_is_recorded() -> None:
    fast = torch.compile(lambda x: x.exp())
    for _ in range(3):
        with torch.no_grad():
            assert not fast(vector(1.0)).requires_grad
        assert fast(vector(1.0)).requires_grad


# --- gradients -----------------------------------------------------------------------------------


def compiled_square() -> object:
    fast = torch.compile(lambda x, w: (x * w * w).sum())
    for _ in range(2):
        fast(vector(1.0), vector(1.0))
    return fast


def test_gradients_add_up_and_go_through_other_operations() -> None:
    fast = compiled_square()
    x, w = vector(2.0), vector(3.0)
    for _ in range(2):
        (fast(x.exp(), w) * 2 + w.sum()).backward()
    assert w.grad.item() == 2 * float(np.exp(np.float32(2.0)) * 3 * 2 * 2 + 1)


def test_going_backward_twice_is_refused_and_can_be_allowed() -> None:
    fast = compiled_square()
    x, w = vector(2.0), vector(3.0)
    y = fast(x, w)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 18.0
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


def test_a_weight_that_was_changed_before_the_backward_pass_is_refused() -> None:
    fast = compiled_square()
    x, w = vector(2.0), vector(3.0)
    y = fast(x, w)
    with torch.no_grad():
        w += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_only_the_gradients_that_are_asked_for_are_given() -> None:
    fast = compiled_square()
    x, w = vector(2.0), vector(3.0)
    (g,) = torch.autograd.grad(fast(x, w), w)
    assert g.item() == 12.0
    assert x.grad is None and w.grad is None


def test_second_derivatives_say_that_they_are_not_there() -> None:
    fast = compiled_square()
    with pytest.raises(NotImplementedError, match="derivatives of derivatives"):
        fast(vector(2.0), vector(3.0)).backward(create_graph=True)


def test_a_graph_with_a_compiled_call_can_be_drawn() -> None:
    from tinygrad_edu import trace, viz

    fast = compiled_square()
    y = fast(vector(2.0), vector(3.0)) * 2
    y.backward()
    assert [op.operation.name for op in trace.read(y).operations] == ["compiled", "mul"]
    assert "compiled" in viz.graph(y).source


# --- state ---------------------------------------------------------------------------------------


def test_random_numbers_are_drawn_anew_in_the_order_of_eager_calls() -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        noise = torch.randn(4) * 0.1
        return nn.functional.dropout(x + noise, 0.5) + torch.rand(4)

    fast = torch.compile(f)
    torch.manual_seed(5)
    expected = [f(torch.ones(4)).tolist() for _ in range(5)]
    torch.manual_seed(5)
    assert [fast(torch.ones(4)).tolist() for _ in range(5)] == expected
    assert "drawn" in fast.source


def test_changes_in_place_are_made_in_each_call() -> None:
    count = torch.zeros(2)
    last = torch.zeros(2)

    def f(x: torch.Tensor) -> torch.Tensor:
        count.add_(1)
        last.copy_(x.detach())
        y = x * count
        y += 1
        y[0] = 0
        return y

    fast = torch.compile(f)
    for i in range(1, 5):
        x = vector(float(i), 2.0)
        y = fast(x)
        y.sum().backward()
        assert y.tolist() == [0.0, 2.0 * i + 1]
        assert x.grad.tolist() == [0.0, i]
        assert count.tolist() == [i, i]
        assert last.tolist() == [float(i), 2.0]
    assert "backward" in fast.source


def test_a_failed_call_leaves_no_trace() -> None:
    count = torch.zeros(1)

    def f(x: torch.Tensor) -> torch.Tensor:
        count.add_(1)
        return x @ torch.ones(3, 3)

    fast = torch.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(RuntimeError, match=r"cannot be multiplied|must match"):
            fast(torch.ones(2, 2))
    assert count.item() == 1


def test_other_threads_are_not_watched() -> None:
    inside, done = threading.Event(), threading.Event()
    found = []

    def other() -> None:
        inside.wait(10)
        x = vector(1.0)
        (x * 2).exp().backward()
        found.append((x.grad.array.item(), type(x.array)))
        done.set()

    def f(x: torch.Tensor) -> torch.Tensor:
        inside.set()
        done.wait(10)
        return x * 2

    thread = threading.Thread(target=other)
    thread.start()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert torch.compile(f)(vector(3.0)).item() == 6.0
    thread.join()
    assert found == [(np.exp(np.float32(2.0)) * 2, np.ndarray)]


def test_nothing_stays_changed_after_a_call_was_watched() -> None:
    before = {name: torch.Tensor.__dict__[name] for name in ("array", "_wrap", "_record")}
    torch.compile(lambda x: x * 2)(vector(1.0))
    assert {name: torch.Tensor.__dict__[name] for name in before} == before


def test_a_module_stays_a_module() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    fast = torch.compile(model)
    assert isinstance(fast, nn.Module)
    assert [id(p) for p in fast.parameters()] == [id(p) for p in model.parameters()]
    assert "_orig_mod.0.weight" in fast.state_dict()
    fast.eval()
    assert not model[1].training


def test_a_decorator_keeps_the_name() -> None:
    @torch.compile
    def double(x: torch.Tensor) -> torch.Tensor:
        """Two times x."""
        return x * 2

    assert (double.__name__, double.__doc__) == ("double", "Two times x.")


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a function or a module"):
        torch.compile(3)


def test_whole_numbers_are_compared_as_such() -> None:
    fast = torch.compile(lambda x: (x == 16777217).float() * 2)
    x = torch.tensor([16777216, 16777217])  # the same number in float32
    assert [fast(x).tolist() for _ in range(4)] == [[0.0, 2.0]] * 4


def test_the_largest_along_a_dim_is_found_anew_in_each_call() -> None:
    fast = torch.compile(lambda x: x.max(1).values.sum() + x.topk(2, dim=1).values[:, 1].sum())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for turn in range(4):
            x = torch.tensor([np.roll([1.0, 5.0, 3.0], turn)], requires_grad=True)
            y = fast(x)
            y.backward()
            assert y.item() == 8.0
            assert x.grad.tolist() == [np.roll([0.0, 1.0, 1.0], turn).tolist()]
    assert fast.source


@pytest.mark.parametrize("read", [torch.gather, lambda x, dim, i: x.index_select(dim, i[0])])
def test_an_index_that_is_given_is_read_anew_and_checked(read: object) -> None:
    def picked(x: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        return read(x, 1, index)

    fast, x = torch.compile(picked), torch.arange(6.0).reshape(2, 3).requires_grad_()
    for numbers in ([[0, 2]], [[1, 1]], [[2, 0]]):
        index = torch.tensor(numbers)
        assert fast(x, index).tolist() == picked(x, index).tolist()
    assert fast.source
    with pytest.raises((RuntimeError, IndexError), match="index 3 is out of bounds"):
        fast(x, torch.tensor([[3, 0]]))


def test_a_mask_that_is_computed_is_computed_anew() -> None:
    def filled(x: torch.Tensor, low: torch.Tensor) -> torch.Tensor:
        return (x * x).masked_fill(x > low, -1.0).sum()

    fast = torch.compile(filled)
    for numbers in ((1.0, 2.0, 3.0), (3.0, 1.0, 2.0), (0.0, 5.0, 1.0)):
        x, twin, low = vector(*numbers), vector(*numbers), vector(1.5, grad=False)
        fast(x, low).backward()
        filled(twin, low).backward()
        assert x.grad.tolist() == twin.grad.tolist() == [2 * n * (n <= 1.5) for n in numbers]
    assert fast.source
