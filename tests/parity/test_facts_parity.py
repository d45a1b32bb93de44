# ruff: noqa: E501 - a program is a line of a table
"""Facts, conversions, old constructors, dtypes and devices against torch: values and errors."""

import pytest
from comparing import programs, same_in_both
from parity.side_by_side import tg, torch

PRELUDE = "x = torch.arange(6.0).reshape(2, 3); L = torch.tensor([1, 2]); i = torch.tensor; torch.manual_seed(0); "


@programs("""
x.device, x.device.type, x.device.index, str(x.device), x.is_cuda, x.is_cpu, x.is_mps, x.get_device()
x.device == torch.device("cpu"), x.device == "cpu", x.device != torch.device("cuda")
x.stride(), x.stride(0), x.stride(-1), x.t().stride(), x.stride(dim=1)
x.stride(5)
i(1.0).stride()
i(1.0).stride(0)
torch.zeros(0, 3).stride(), torch.zeros(1, 3).stride(), x[:, ::2].stride(), x.expand(4, 2, 3).stride(), torch.ones(3, 1).stride()
x[1].storage_offset(), x[:, 1].storage_offset(), x.storage_offset(), x.t()[1].storage_offset(), x[1:, 2:].storage_offset()
x.element_size(), x.nbytes, x.itemsize, x.nelement(), x.numel(), x.ndimension(), x.dim(), x.ndim
L.element_size(), L.nbytes, x.double().itemsize, (x > 1).nbytes
x.is_floating_point(), L.is_floating_point(), x.is_complex(), x.is_signed(), x.to(torch.uint8).is_signed(), (x > 1).is_signed()
x.data_ptr() == x.view(-1).data_ptr(), x.data_ptr() == x.clone().data_ptr(), x[1].data_ptr() - x.data_ptr()
x.output_nr, x.is_sparse, x.is_quantized, x.is_meta
x.names
x.is_contiguous(), x.t().is_contiguous(), x.contiguous() is x, x.t().contiguous().stride()
x.size(), x.size(0), x.size(dim=1), x.size(None), x.size(-1)
x.size(0.5)
x.is_same_size(x), x.is_same_size(L), i([0.0]).is_nonzero(), i(2).is_nonzero()
x.is_nonzero()
x.type(), L.type(), (x > 1).type(), x.double().type()
x.type("torch.LongTensor"), x.type(torch.LongTensor), x.type(torch.int64), x.type(dtype=torch.float64)
x.type("torch.FloatTensor") is x, x.type(torch.float32) is x
x.type(int)
x.type("foo")
x.type_as(L), x.type_as(x) is x
x.type_as(3)
x.short(), x.char(), x.byte(), x.int(), x.long(), x.bool(), x.double(), x.float() is x
x.cpu() is x
x.new_tensor([1, 2]), L.new_tensor([1.5, 2]), x.new_tensor(3), x.new_tensor(L)
x.new_tensor(np.ones(2)), x.new_tensor([1], dtype=torch.int64), x.new_tensor([1.0], requires_grad=True)
x.new_zeros(2, 3), x.new_zeros((2,)), L.new_ones(2), x.new_ones(2, dtype=torch.int64), x.new_zeros(size=(2,)), x.new_ones([2]).shape
L.new_full((2,), 3.5), x.new_full((2,), 3), x.new_full((2,), True), x.new_full((2,), i(3.0)), x.new_full(size=(2,), fill_value=3)
x.new_empty(2).shape, x.new_empty((2, 3)).dtype
x.new_zeros(2, requires_grad=True), L.new_zeros(2, dtype=torch.float32, device="cpu", requires_grad=True)
L.new_zeros(2, requires_grad=True)
x.new_full(2, 3)
x.new_zeros()
x.view_as(torch.ones(3, 2)), x.reshape_as(torch.ones(6)), x[:1].expand_as(torch.ones(4, 3)).shape
x.view_as(torch.ones(5))
x.view_as(3)
x.expand_as(torch.ones(3, 3))
x.numpy().tolist(), x.numpy(force=True).tolist(), torch.ones(2, requires_grad=True).numpy(force=True).tolist()
torch.ones(2, requires_grad=True).numpy()
w = torch.ones(2, requires_grad=True); out = []; exec("with torch.no_grad():\\n    out.append(w.numpy().tolist())"); out
x.requires_grad_("a")
x.requires_grad_(1)
x.requires_grad_() is x, x.requires_grad
x.to(), x.to() is x
x.to(torch.float64).dtype, x.to(torch.float32) is x, x.to("cpu") is x, x.to(torch.device("cpu"), torch.int64).dtype
x.to(L).dtype, x.to("cpu", torch.int32, True, True).dtype, x.to(None) is x
x.to(torch.float32, copy=True) is x, x.to(torch.float32, True) is x, x.to(torch.float32, False, True) is x
x.to(dtype=torch.int64, device="cpu").dtype, x.to(device="cpu") is x, x.to(other=x) is x
x.to(float).dtype, x.to(int).dtype, x.to(bool).dtype
x.to(L, non_blocking=True).dtype, x.to("cpu", non_blocking=True) is x
x.to("float32")
x.to("foo")
x.to(np.float32)
x.to(torch.float64, torch.int64)
x.to(dtype="int64")
x.to(dtype=torch.int64, wrong=1)
w = torch.ones(2, requires_grad=True); y = w.to(torch.float64); (y * 2).sum().backward(); w.grad, y.grad_fn.name()
w = torch.ones(2, requires_grad=True); y = w.to(torch.float32, copy=True); y is w, y.requires_grad, y.is_leaf
torch.is_floating_point(x), torch.is_complex(x), torch.is_storage(x), torch.is_tensor(x), torch.is_nonzero(i(2.0))
torch.is_floating_point(3)
torch.is_nonzero(x)
""")
def test_facts_and_conversions(program):
    same_in_both(PRELUDE + program, torch)


@programs("""
torch.Tensor()
torch.Tensor(2, 3).shape, torch.Tensor(5).shape, torch.Tensor(0).shape
torch.Tensor([1, 2]), torch.Tensor((1, 2)), torch.Tensor(np.array([1, 2])), torch.Tensor([[1, 2], [3, 4]])
torch.Tensor([True, False]), torch.Tensor(range(3)), torch.Tensor([1.5, 2]).dtype
torch.Tensor(x).data_ptr() == x.data_ptr(), torch.Tensor(x) is x, torch.Tensor(L), torch.Tensor(x.double()).dtype
torch.Tensor(i(3)), torch.Tensor(torch.Size([2, 3])).shape
torch.Tensor(3.5)
torch.Tensor("a")
torch.Tensor(None)
torch.Tensor(2, 3.5)
torch.Tensor(-1)
torch.Tensor([x[0], x[1]])
torch.FloatTensor(2, 3).shape, torch.FloatTensor([1, 2]), torch.FloatTensor(), torch.FloatTensor(x).data_ptr() == x.data_ptr()
torch.FloatTensor(L)
torch.FloatTensor(3.5)
torch.FloatTensor([1, 2], device="cpu")
torch.LongTensor([1, 2]), torch.LongTensor([1.5, 2]), torch.LongTensor(2).shape, torch.LongTensor(np.array([1.5, 2])), torch.LongTensor([[1], [2]])
torch.LongTensor(x)
torch.ByteTensor([1, 0]), torch.BoolTensor([1, 0]), torch.IntTensor([1]), torch.ShortTensor([1]), torch.DoubleTensor([1]), torch.CharTensor([1])
isinstance(x, torch.FloatTensor), isinstance(x, torch.LongTensor), isinstance(L, torch.LongTensor), isinstance(3, torch.LongTensor), isinstance(x, torch.Tensor)
torch.FloatTensor, torch.LongTensor, torch.FloatTensor.dtype, torch.FloatTensor.is_cuda
torch.tensor([torch.ones(1), torch.ones(1)]), torch.tensor([[torch.ones(1)]]), torch.as_tensor([torch.ones(1), 2])
torch.tensor([torch.ones(2), torch.ones(2)])
torch.randn()
torch.zeros()
torch.ones()
torch.empty()
torch.rand()
torch.full()
torch.full((2,))
torch.full(2, 3)
torch.eye()
torch.arange()
torch.randint(5)
torch.linspace(0, 1)
torch.logspace(0, 1)
torch.zeros(()), torch.ones([]), torch.rand(()).shape, torch.randn(size=()).shape
torch.zeros([2, 3]).shape, torch.zeros(torch.Size([2])).shape, torch.zeros(i(2), i(3)).shape, torch.zeros(np.int64(2)).shape
torch.zeros(2, "a")
torch.zeros("a")
torch.zeros(2.5)
torch.zeros(-1)
torch.zeros(True)
torch.full((2,), 3.5), torch.full((2,), True), torch.full((2,), i(3)), torch.full((2,), 1, dtype=torch.float64), torch.full((), 1)
torch.eye(2, device="cpu"), torch.eye(2, 3), torch.eye(0), torch.eye(2, dtype=torch.int64, requires_grad=False)
torch.eye(-1)
torch.eye(2, -1)
torch.zeros_like(x, device="cpu"), torch.ones_like(L, dtype=torch.float32), torch.empty_like(x, device="cpu").shape, torch.full_like(L, 2.7), torch.full_like(x, 3, requires_grad=True)
torch.zeros_like([1])
torch.rand_like(x), torch.randn_like(x, device="cpu"), torch.rand_like(x, generator=torch.Generator().manual_seed(3))
torch.rand_like(L)
torch.randn_like(L)
torch.randint_like(x, 5), torch.randint_like(L, 2, 5), torch.randint_like(x, 5, dtype=torch.int64)
torch.randint_like(x, 2, 2)
torch.randint_like(L, 5, requires_grad=True)
torch.randint(5, (2,)), torch.randint(2, 5, (2,)), torch.randint(low=2, high=5, size=(2,)), torch.randint(high=5, size=(2,))
torch.randint(3, 2)
torch.asarray([1, 2]), torch.asarray(x) is x, torch.asarray(x, copy=True) is x, torch.asarray(np.array([1, 2])), torch.asarray(x, dtype=torch.int64), torch.asarray(3.5)
torch.asarray([1, 2], dtype=torch.float32, requires_grad=True), torch.asarray(np.ones(2), copy=False)
torch.asarray(x, dtype=torch.int64, copy=False)
torch.asarray([1, 2], copy=False)
torch.asarray("a")
torch.asarray(x.clone().requires_grad_(), requires_grad=True), torch.asarray((x.clone().requires_grad_() * 1), requires_grad=False)
torch.logspace(0, 2, 3), torch.logspace(-10, 10, 5), torch.logspace(0, 1, 3, base=2), torch.logspace(0, 1, 1), torch.logspace(0, 1, 0)
torch.logspace(0, 2, 5, dtype=torch.float64), torch.logspace(1, 0, 4, 2.0), torch.logspace(0, 4, 5, 0.5), torch.logspace(0, 2, 3, dtype=torch.int64)
torch.logspace(0, 1, -1)
torch.linspace(i(0.0), i(1.0), 3)
""")
def test_making_tensors(program):
    same_in_both(PRELUDE + program, torch)


@programs("""
torch.finfo(torch.float32), torch.finfo(), torch.finfo(torch.float64), torch.finfo(torch.float64).eps
[getattr(torch.finfo(torch.float32), name) for name in ("eps", "max", "min", "tiny", "smallest_normal", "resolution", "bits", "dtype")]
[getattr(torch.finfo(torch.float64), name) for name in ("eps", "max", "min", "tiny", "smallest_normal", "resolution", "bits", "dtype")]
torch.finfo(torch.float32) == torch.finfo(torch.float32), torch.finfo(torch.float32) == torch.finfo(torch.float64)
torch.finfo(torch.int64)
torch.finfo(3)
torch.iinfo(torch.int64), torch.iinfo(torch.uint8).max, torch.iinfo(torch.int8).min, torch.iinfo(torch.int8).bits, torch.iinfo(torch.int8).dtype
torch.iinfo(torch.int32), torch.iinfo(torch.int16), torch.iinfo(torch.uint8)
torch.iinfo(torch.float32)
torch.iinfo(torch.bool)
torch.iinfo()
torch.result_type(x, L), torch.result_type(L, 1.5), torch.result_type(x, i(1.0, dtype=torch.float64)), torch.result_type(1, 2), torch.result_type(1, 2.5), torch.result_type(True, 1)
torch.result_type(i(1), i(1.5)), torch.result_type(L.to(torch.uint8), L.to(torch.int8)), torch.result_type(x > 1, 1), torch.result_type(1, x.double())
torch.result_type(x)
torch.result_type(x, "a")
[[torch.promote_types(a, b) for a in (torch.float32, torch.float64, torch.int8, torch.uint8, torch.int64, torch.bool)] for b in (torch.float32, torch.float64, torch.int16, torch.uint8, torch.int64, torch.bool)]
torch.promote_types(1, 2)
[[torch.can_cast(a, b) for a in (torch.float32, torch.float64, torch.int8, torch.uint8, torch.int64, torch.bool)] for b in (torch.float32, torch.float64, torch.int16, torch.uint8, torch.int64, torch.bool)]
torch.can_cast(x, torch.int64)
torch.float16, torch.half, torch.bfloat16, torch.complex64, torch.cfloat, torch.complex128, torch.cdouble, torch.uint16, torch.uint32, torch.uint64
x.dtype == torch.float16, x.dtype in (torch.float16, torch.bfloat16), torch.half is torch.float16
[(d.is_floating_point, d.is_complex, d.is_signed, d.itemsize) for d in (torch.float16, torch.bfloat16, torch.complex64, torch.complex128, torch.uint16, torch.float32, torch.int8, torch.uint8, torch.bool)]
isinstance(torch.float16, torch.dtype), isinstance(torch.float32, torch.dtype)
torch.set_default_dtype(torch.int64)
torch.device("cpu"), str(torch.device("cpu:0")), torch.device("cpu:0").index, torch.device("cpu").index
torch.device("cuda"), torch.device("cuda:1"), torch.device("cuda", 0), torch.device("mps"), torch.device(type="cpu"), torch.device(type="cpu", index=0)
torch.device(torch.device("cpu")), torch.device("cpu") == torch.device("cpu:0"), torch.device("cuda") == torch.device("cuda:0"), torch.device("cuda") == torch.device("cuda")
torch.device("cpu") == "cpu", hash(torch.device("cpu")) == hash(torch.device("cpu")), {torch.device("cpu"): 1}[torch.device("cpu")]
torch.device("foo")
torch.device("CPU")
torch.device("")
torch.device("cpu:")
torch.device("cpu:x")
torch.device("cpu:-1")
torch.device("cpu:00")
torch.device("cpu:1", 0)
torch.device("cpu", "a")
torch.device(3.5)
torch.device(None)
torch.device()
torch.device(0)
torch.ones(2, device="foo")
torch.ones(2, device=0)
device = "cuda" if torch.cuda.is_available() else "cpu"; torch.ones(2, device=device).to(device).device
device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu"); torch.ones(2, device=device).device, device.type == "cuda"
device = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"; device
device = "mps" if torch.backends.mps.is_available() else "cpu"; device
torch.cuda.is_available(), torch.cuda.device_count(), torch.cuda.is_initialized(), torch.cuda.is_bf16_supported()
torch.cuda.manual_seed(3), torch.cuda.manual_seed_all(3), torch.cuda.seed(), torch.cuda.seed_all(), torch.cuda.empty_cache()
torch.manual_seed(1); torch.cuda.manual_seed_all(3); torch.rand(2)
torch.cuda.memory_allocated(), torch.cuda.max_memory_allocated(), torch.cuda.memory_reserved()
torch.backends.mps.is_available(), torch.backends.mps.is_built(), torch.backends.cuda.is_built()
torch.backends.cudnn.is_available(), torch.backends.cudnn.version()
torch.backends.cudnn.enabled, torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark, torch.backends.cuda.matmul.allow_tf32
torch.backends.cudnn.deterministic = True; torch.backends.cudnn.benchmark = False; torch.backends.cudnn.deterministic
torch.accelerator.is_available(), torch.accelerator.device_count(), torch.accelerator.current_accelerator()
torch.mps.is_available(), torch.mps.device_count(), torch.xpu.is_available(), torch.xpu.device_count()
torch.get_default_device(), torch.set_default_device("cpu"), torch.set_default_device(None), torch.zeros(2).device
torch.set_default_device("foo")
exec("with torch.device('cpu'):\\n    y = torch.ones(2)"); torch.ones(2).device
torch.get_rng_state().shape, torch.get_rng_state().dtype, torch.get_rng_state()
state = torch.get_rng_state(); a = torch.randn(5); torch.set_rng_state(state); torch.equal(torch.randn(5), a), a
torch.set_rng_state(torch.zeros(3))
torch.set_rng_state(torch.zeros(3, dtype=torch.uint8))
torch.set_rng_state(3)
torch.use_deterministic_algorithms(True), torch.are_deterministic_algorithms_enabled(), torch.use_deterministic_algorithms(False)
torch.use_deterministic_algorithms(True, warn_only=True), torch.is_deterministic_algorithms_warn_only_enabled(), torch.use_deterministic_algorithms(False)
torch.use_deterministic_algorithms(1)
""")
def test_number_types_and_devices(program):
    same_in_both(PRELUDE + program, torch)


REFUSED = {
    "torch.ones(2, device='cuda')": (RuntimeError, "there is no device 'cuda'"),
    "torch.tensor(1.0, device='mps')": (RuntimeError, "there is no device 'mps'"),
    "torch.zeros_like(torch.ones(2), device='cuda:1')": (
        RuntimeError,
        "there is no device 'cuda:1'",
    ),
    "torch.ones(2).to('cuda')": (RuntimeError, "computes on the CPU only"),
    "torch.ones(2).to(torch.device('meta'))": (RuntimeError, "there is no device 'meta'"),
    "torch.ones(2).cuda()": (RuntimeError, "there is no device 'cuda'"),
    "torch.ones(2).type('torch.cuda.FloatTensor')": (RuntimeError, "there is no device 'cuda'"),
    "torch.FloatTensor(2, device='cuda')": (RuntimeError, "there is no device 'cuda'"),
    "torch.set_default_device('cuda')": (RuntimeError, "there is no device 'cuda'"),
    "torch.cuda.synchronize()": (RuntimeError, "there is no device 'cuda'"),
    "torch.cuda.current_device()": (RuntimeError, "there is no device 'cuda'"),
    "torch.cuda.get_device_name(0)": (RuntimeError, "there is no device 'cuda'"),
    "torch.cuda.Stream()": (AttributeError, "Stream"),
    "torch.backends.cudnn.wrong": (AttributeError, "wrong"),
    "setattr(torch.backends.cudnn, 'determinstic', True)": (AttributeError, "determinstic"),
    "torch.backends.mkl": (AttributeError, "mkl"),
    "torch.ones(2).half()": (NotImplementedError, r"torch\.float16 is not in this library"),
    "torch.ones(2).bfloat16()": (NotImplementedError, r"torch\.bfloat16 is not in this library"),
    "torch.ones(2, dtype=torch.complex64)": (NotImplementedError, "torch.complex64"),
    "torch.ones(2).to(torch.cfloat)": (NotImplementedError, "torch.complex64"),
    "torch.tensor([1], dtype=torch.uint16)": (NotImplementedError, "torch.uint16"),
    "torch.set_default_dtype(torch.half)": (NotImplementedError, "torch.float16"),
    "torch.finfo(torch.float16)": (NotImplementedError, "torch.float16"),
    "torch.ones(2).to(torch.float64, memory_format=1)": (NotImplementedError, "memory_format"),
    "torch.HalfTensor": (AttributeError, "HalfTensor"),
}


@pytest.mark.parametrize("program", REFUSED)
def test_what_is_not_here_is_refused_by_name(program):
    error, words = REFUSED[program]
    with pytest.raises(error, match=words):
        eval(program, {"torch": tg})
    assert tg.get_default_dtype() is tg.float32
