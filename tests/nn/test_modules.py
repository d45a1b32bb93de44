"""What a module is made of, and how it is printed, changed, copied, converted and loaded."""

import contextlib
import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_edu as torch
from tinygrad_edu import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.register_buffer("count", torch.zeros(2))
        self.fc = nn.Linear(width, width)
        self.register_buffer("cache", torch.ones(1), persistent=False)
        self.register_buffer("absent", None)
        self.act = nn.LeakyReLU(0.1)

    def forward(self, x):
        return x + self.act(self.fc(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4, bias=False)
        self.note = "plain"
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Sequential(nn.Tanh())})
        self.scale = nn.Parameter(torch.ones(2))
        self.tied = self.first

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.heads["a"](self.heads["b"](x)) * self.scale


REPR = """Net(
  (first): Linear(in_features=3, out_features=4, bias=False)
  (blocks): ModuleList(
    (0-1): 2 x Block(
      (fc): Linear(in_features=4, out_features=4, bias=True)
      (act): LeakyReLU(negative_slope=0.1)
    )
  )
  (heads): ModuleDict(
    (a): Linear(in_features=4, out_features=2, bias=True)
    (b): Sequential(
      (0): Tanh()
    )
  )
  (tied): Linear(in_features=3, out_features=4, bias=False)
)"""

STATE = [
    "scale",
    "first.weight",
    "blocks.0.count",
    "blocks.0.fc.weight",
    "blocks.0.fc.bias",
    "blocks.1.count",
    "blocks.1.fc.weight",
    "blocks.1.fc.bias",
    "heads.a.weight",
    "heads.a.bias",
    "tied.weight",
]


def test_repr():
    assert repr(Net()) == REPR


REPRS = [
    ("nn.ReLU()", "ReLU()"),
    ("nn.ReLU(True)", "ReLU(inplace=True)"),
    ("nn.LeakyReLU(0.2, True)", "LeakyReLU(negative_slope=0.2, inplace=True)"),
    ("nn.Softmax()", "Softmax(dim=None)"),
    ("nn.LogSoftmax(dim=1)", "LogSoftmax(dim=1)"),
    ("nn.Flatten()", "Flatten(start_dim=1, end_dim=-1)"),
    ("nn.Linear(2, 3, bias=False)", "Linear(in_features=2, out_features=3, bias=False)"),
    ("nn.MSELoss(reduction='sum')", "MSELoss()"),
    ("nn.ModuleList()", "ModuleList()"),
    ("nn.Sequential()", "Sequential()"),
    ("nn.Module()", "Module()"),
]


@pytest.mark.parametrize(("call", "text"), REPRS)
def test_reprs(call, text):
    assert repr(eval(call)) == text


FACTS = {
    "parameters": (
        lambda m: [n for n, _ in m.named_parameters()],
        [
            "scale",
            "first.weight",
            "blocks.0.fc.weight",
            "blocks.0.fc.bias",
            "blocks.1.fc.weight",
            "blocks.1.fc.bias",
            "heads.a.weight",
            "heads.a.bias",
        ],
    ),
    "own": (lambda m: [n for n, _ in m.named_parameters(recurse=False)], ["scale"]),
    "tied twice": (
        lambda m: [n for n, _ in m.named_parameters(remove_duplicate=False)][-1],
        "tied.weight",
    ),
    "prefix": (lambda m: next(m.named_parameters(prefix="net"))[0], "net.scale"),
    "buffers": (
        lambda m: [n for n, _ in m.named_buffers()],
        ["blocks.0.count", "blocks.0.cache", "blocks.1.count", "blocks.1.cache"],
    ),
    "modules": (
        lambda m: [n for n, _ in m.named_modules()],
        [
            "",
            "first",
            "blocks",
            "blocks.0",
            "blocks.0.fc",
            "blocks.0.act",
            "blocks.1",
            "blocks.1.fc",
            "blocks.1.act",
            "heads",
            "heads.a",
            "heads.b",
            "heads.b.0",
        ],
    ),
    "children": (lambda m: [n for n, _ in m.named_children()], ["first", "blocks", "heads"]),
    "state": (lambda m: list(m.state_dict()), STATE),
    "count": (lambda m: sum(p.numel() for p in m.parameters()), 64),
    "eval": (lambda m: {part.training for part in m.eval().modules()}, {False}),
    "frozen": (lambda m: {p.requires_grad for p in m.requires_grad_(False).parameters()}, {False}),
    "submodule": (lambda m: m.get_submodule("heads.b.0").__class__, nn.Tanh),
    "parameter": (lambda m: m.get_parameter("scale").tolist(), [1.0, 1.0]),
    "buffer": (lambda m: m.get_buffer("blocks.1.cache").tolist(), [1.0]),
    "dtypes": (
        lambda m: {str(v.dtype) for v in m.double().state_dict().values()},
        {"torch.float64"},
    ),
    "result": (lambda m: tuple(m(torch.ones(5, 3)).shape), (5, 2)),
}


@pytest.mark.parametrize("name", FACTS)
def test_facts(name):
    function, expected = FACTS[name]
    assert function(Net()) == expected


def test_reading_a_member_is_reading_an_ordinary_attribute():
    model = Net()
    assert vars(model)["scale"] is model.scale
    assert vars(model)["first"] is model.first
    assert "__getattr__" not in dir(nn.Module)


# --- one truth about the members ----------------------------------------------------------------

VALUES = {
    "parameter": lambda: nn.Parameter(torch.ones(1)),
    "module": nn.Identity,
    "tensor": lambda: torch.ones(1),
    "None": lambda: None,
    "number": lambda: 3,
}
STEPS = st.tuples(
    st.sampled_from(["set", "delete", "parameter", "buffer", "module", "copy", "view", "take"]),
    st.sampled_from("abc"),
    st.sampled_from(list(VALUES)),
)


def change(module, step, name, value):
    views = {"parameter": module._parameters, "module": module._modules, "tensor": module._buffers}
    if step == "set":
        setattr(module, name, value())
    elif step == "delete":
        delattr(module, name)
    elif step == "copy":
        return copy.copy(module)
    elif step in ("view", "take"):
        kind = next((k for k, make in VALUES.items() if make is value), "tensor")
        view = views.get(kind, module._buffers)
        if step == "view":
            view[name] = value()
        else:
            del view[name]
    else:
        register = {
            "parameter": "register_parameter",
            "buffer": "register_buffer",
            "module": "add_module",
        }
        getattr(module, register[step])(name, value())
    return module


@given(st.lists(STEPS, max_size=12))
def test_whatever_is_set_and_deleted_the_views_show_the_attributes(steps):
    module = nn.Module()
    for step, name, value in steps:
        with contextlib.suppress(TypeError, KeyError, AttributeError):
            module = change(module, step, name, VALUES[value])
        views = [module._parameters, module._buffers, module._modules]
        names = [name for view in views for name in view]
        assert len(names) == len(set(names))
        assert all(view[name] is getattr(module, name) for view in views for name in view)
        assert {n for n, v in vars(module).items() if isinstance(v, nn.Parameter)} <= set(names)
        assert [n for n, _ in module.named_parameters()] == [
            n for n, p in module._parameters.items() if p is not None
        ]


MISTAKES = {
    "tensor to parameter": (
        TypeError,
        "cannot assign 'torch.FloatTensor' as parameter 'scale' "
        r"\(torch.nn.Parameter or None expected\)",
        lambda m: setattr(m, "scale", torch.ones(2)),
    ),
    "number to module": (
        TypeError,
        "cannot assign 'int' as child module 'first'",
        lambda m: setattr(m, "first", 3),
    ),
    "number to buffer": (
        TypeError,
        "cannot assign 'int' as buffer 'cache'",
        lambda m: setattr(m.blocks[0], "cache", 3),
    ),
    "missing": (AttributeError, "'Net' object has no attribute 'zz'", lambda m: m.zz),
    "deleted": (AttributeError, "zz", lambda m: delattr(m, "zz")),
    "dot": (KeyError, "parameter name can.*t contain", lambda m: m.register_parameter("a.b", None)),
    "empty": (KeyError, "can.*t be empty string", lambda m: m.register_buffer("", None)),
    "taken": (KeyError, "attribute 'note' already exists", lambda m: m.add_module("note", None)),
    "number as name": (
        TypeError,
        "name should be a string. Got int",
        lambda m: m.add_module(3, None),
    ),
    "no module": (TypeError, "int is not a Module subclass", lambda m: m.add_module("x", 3)),
    "path": (
        AttributeError,
        "ModuleList has no attribute `7`",
        lambda m: m.get_submodule("blocks.7"),
    ),
    "no module at path": (
        AttributeError,
        "`scale` is not an nn.Module",
        lambda m: m.get_submodule("scale"),
    ),
    "no parameter": (
        AttributeError,
        "`first` is not an nn.Parameter",
        lambda m: m.get_parameter("first"),
    ),
    "no buffer": (AttributeError, "`scale` is not a buffer", lambda m: m.get_buffer("scale")),
    "mode": (ValueError, "training mode is expected to be boolean", lambda m: m.train("yes")),
    "dtype": (TypeError, "only accepts floating point", lambda m: m.to(torch.int64)),
    "device": (RuntimeError, "CPU only", lambda m: m.to("cuda")),
    "forward": (NotImplementedError, r"Module \[ModuleList\] is missing", lambda m: m.blocks(1)),
    "arguments": (TypeError, "positional", lambda m: nn.Module(3)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_change_nothing(name):
    kind, message, call = MISTAKES[name]
    model = Net()
    with pytest.raises(kind, match=message):
        call(model)
    assert repr(model) == REPR
    assert list(model.state_dict()) == STATE


@pytest.mark.parametrize(("value", "what"), [(nn.Parameter(), "parameters"), (nn.ReLU(), "module")])
def test_members_before_init(value, what):
    class Early(nn.Module):
        def __init__(self):
            self.x = value

    with pytest.raises(
        AttributeError, match=rf"cannot assign {what} before Module.__init__\(\) call"
    ):
        Early()


# --- state --------------------------------------------------------------------------------------


def test_the_state_shares_memory_and_needs_no_grad():
    model = Net()
    tensor = model.state_dict()["scale"]
    assert not tensor.requires_grad
    tensor.zero_()
    assert model.scale.tolist() == [0.0, 0.0]


def test_loading_copies_and_leaves_the_parameters_the_same_objects():
    one, other = Net(), Net()
    kept = one.scale
    state = {name: (tensor + 1).double() for name, tensor in other.state_dict().items()}
    result = one.load_state_dict(state)
    assert repr(result) == "<All keys matched successfully>"
    assert one.scale is kept
    assert one.scale.dtype is torch.float32
    assert one.scale.tolist() == [2.0, 2.0]
    assert all(torch.allclose(one.state_dict()[k].double(), v) for k, v in state.items())


ERRORS = {
    "missing": (
        lambda s: {k: v for k, v in s.items() if "blocks.0" not in k},
        '\n\tMissing key(s) in state_dict: "blocks.0.count", "blocks.0.fc.weight", '
        '"blocks.0.fc.bias". ',
    ),
    "unexpected": (
        lambda s: {**s, "x": torch.ones(1), "first.y": torch.ones(1)},
        '\n\tUnexpected key(s) in state_dict: "x", "first.y". ',
    ),
    "size": (
        lambda s: {**s, "scale": torch.ones(3)},
        "\n\tsize mismatch for scale: copying a param with shape torch.Size([3]) from checkpoint, "
        "the shape in current model is torch.Size([2]).",
    ),
    "no tensor": (
        lambda s: {**s, "scale": [1, 2]},
        '\n\tWhile copying the parameter named "scale", expected torch.Tensor or Tensor-like '
        "object from checkpoint but received <class 'list'>",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_loading_the_wrong_state_changes_nothing(name):
    make, message = ERRORS[name]
    model = Net()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    with pytest.raises(RuntimeError) as caught:
        model.load_state_dict(make({k: v + 1 for k, v in before.items()}))
    assert str(caught.value) == "Error(s) in loading state_dict for Net:" + message
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_loading_what_there_is():
    model = Net()
    result = model.load_state_dict({"scale": torch.zeros(2), "x": 3}, strict=False)
    assert result.missing_keys == STATE[1:]
    assert result.unexpected_keys == ["x"]
    assert model.scale.tolist() == [0.0, 0.0]


def test_loading_a_list():
    with pytest.raises(TypeError, match="Expected state_dict to be dict-like"):
        Net().load_state_dict([1])


# --- copies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_stands_alone(duplicate):
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    model.append(model[0])
    model(torch.ones(1, 2)).sum().backward()
    other = duplicate(model)
    assert repr(other) == repr(model)
    assert other[0] is other[2]
    with torch.no_grad():
        other[0].weight.zero_()
    other.append(nn.ReLU())
    assert model[0].weight.abs().sum().item() > 0
    assert len(model) == 3
    assert isinstance(other[0].weight, nn.Parameter)


def test_zero_grad():
    model = nn.Linear(2, 1)
    model(torch.ones(1, 2)).sum().backward()
    model.zero_grad(set_to_none=False)
    assert model.weight.grad.tolist() == [[0.0, 0.0]]
    model.zero_grad()
    assert model.weight.grad is None


def test_gradients_are_converted_with_their_parameters() -> None:
    layer = nn.Linear(2, 1)
    layer(torch.ones(1, 2)).sum().backward()
    for convert, dtype in ((layer.double, torch.float64), (layer.float, torch.float32)):
        convert()
        assert (layer.weight.grad.dtype, layer.weight.grad.tolist()) == (dtype, [[1.0, 1.0]])
