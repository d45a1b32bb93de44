"""The gradient flow of a training: a step for each backward pass, and no hook left behind."""

import gc
import math
import weakref

import numpy as np
import pytest

import tinygrad_edu as torch
from tinygrad_edu import Value, nn, optim
from tinygrad_edu.viz import GradientFlow, gradient_flow


def small():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def batches(count):
    torch.manual_seed(1)
    return [(torch.randn(8, 3), torch.randn(8, 2)) for _ in range(count)]


def train(model, count=5, after_backward=lambda loss: None):
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    for x, y in batches(count):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(x), y)
        loss.backward()
        after_backward(loss)
        optimizer.step()


def hooks_of(model):
    tables = [module._hooks for module in model.modules()]
    return [hook for table in tables if table for hook in (*table.forward, *table.forward_pre)]


def test_each_pass_has_the_figures_of_gradient_flow_before_the_step():
    model, flows = small(), []
    with GradientFlow.record(model, lr=0.5) as history:
        train(model, after_backward=lambda loss: flows.append(gradient_flow(model, loss, lr=0.5)))
    assert history.steps == [0, 1, 2, 3, 4] and len(history) == 5
    for recorded, flow in zip(history, flows, strict=True):
        assert recorded.layers == flow.layers  # also ‖W‖, which the optimizer has changed since
        assert recorded.source is None and recorded.verdict == flow.verdict


def test_update_records_at_once_and_the_same():
    model, other = small(), small()
    by_hand = GradientFlow.record(model)
    train(model, after_backward=by_hand.update)
    with GradientFlow.record(other) as history:
        train(other)
    assert [flow.layers for flow in by_hand] == [flow.layers for flow in history]
    assert by_hand[0].loss > 0


def test_arrays_are_layers_by_steps():
    model = small()
    with GradientFlow.record(model) as history:
        train(model)
    assert history.layers == ["0: Linear", "1: Tanh", "2: Linear"]
    sizes, update = history.array("norm"), history.array("update")
    assert sizes.shape == (3, 5) and sizes[1, 3] == history[3]["1"].norm
    assert np.isnan(update[1]).all() and (update[0] > 0).all()
    assert (history.array("ratio")[2] == 1).all() and not history.invalid().any()
    with pytest.raises(ValueError, match=r"rms, .*not 'verdict'"):
        history.array("verdict")


def test_all_hooks_are_gone_afterwards_also_after_an_error():
    model = small()
    history = GradientFlow.record(model)
    with history:
        assert len(hooks_of(model)) == 2
        output = model(torch.ones(1, 3))
        assert len(output.grad_fn.hooks) == 1
    assert hooks_of(model) == [] and output.grad_fn.hooks == []
    output.sum().backward()
    assert len(history) == 0
    with pytest.raises(ZeroDivisionError), history:
        raise ZeroDivisionError
    assert hooks_of(model) == []


def test_what_is_a_pass():
    model, x = small(), torch.ones(2, 3)
    with GradientFlow.record(model) as history:
        with torch.no_grad():
            model(x)
        model(x)  # no backward pass comes to it
        (model(x) + model(2 * x)).sum().backward()  # one pass through two calls
        loss = model(x).sum()
        loss.backward(retain_graph=True)
        (3 * loss).backward()  # a second pass through the same graph
    assert len(history) == 3 and [len(flow.layers) for flow in history] == [6, 3, 3]
    assert history.layers[3:] == ["0, call 2: Linear", "1, call 2: Tanh", "2, call 2: Linear"]
    once, thrice = history.array("norm")[0, 1:]
    assert thrice == pytest.approx(3 * once)
    assert np.isnan(history.array("norm")[3:, 1:]).all()


def test_only_every_so_many_passes():
    model = small()
    with GradientFlow.record(model, every=2) as history:
        train(model)
    assert history.steps == [0, 2, 4] and len(history) == 3


def test_graphs_are_not_kept():
    class Mark:
        pass

    model, mark = small(), Mark()
    alive = weakref.ref(mark)
    x = torch.ones(2, 3, requires_grad=True)
    x.register_hook(lambda _gradient, _mark=mark: None)
    with GradientFlow.record(model) as history:
        model(x).sum().backward()
        assert len(history) == 1  # measured, so nothing of the graph is needed any more
        del x, mark
        gc.collect()
        assert alive() is None


def test_reading_while_it_records():
    model = small()
    with GradientFlow.record(model) as history:
        assert "nothing recorded yet" in repr(history)
        train(model, 2, after_backward=lambda loss: len(history))
        assert len(history) == 2
    assert repr(history).startswith("<FlowHistory of Sequential: 2 passes, 3 layers, healthy")
    assert [flow.verdict for flow in history[:1]] == ["healthy"]
    with pytest.raises(RuntimeError, match="the graph of a recorded step is not kept"):
        history[0].graph()


def test_a_training_that_explodes():
    model = small()
    with GradientFlow.record(model) as history:
        train(model, 2)
        model[2].weight.data.fill_(math.inf)
        train(model, 1)
    assert history[-1].verdict == "nan"
    assert history.invalid()[:, -1].all() and not history.invalid()[:, 0].any()


def test_networks_of_values_are_recorded_by_hand():
    model = small().to(Value)
    history = GradientFlow.record(model)
    with pytest.raises(NotImplementedError, match=r"history\.update\(loss\)"), history:
        pass
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model([1.0, 2.0, 3.0]), [0.0, 1.0])
        loss.backward()
        history.update(loss)
        optimizer.step()
    assert history.array("norm").shape == (3, 3) and (history.array("norm") > 0).all()


def test_what_cannot_be_recorded_is_refused():
    with pytest.raises(TypeError, match=r"nn\.Module"):
        GradientFlow.record([1])
    with pytest.raises(ValueError, match="every"):
        GradientFlow.record(small(), every=0)
    history = GradientFlow.record(small())
    with pytest.raises(ValueError, match="nothing was recorded"):
        history.plot()
    with history:
        with pytest.raises(RuntimeError, match="records by itself"):
            history.update(torch.ones(()))
        with pytest.raises(RuntimeError, match="recording already"):
            history.__enter__()
