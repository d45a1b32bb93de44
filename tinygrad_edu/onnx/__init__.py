"""ONNX: a file of a model that every other runtime reads, under the name torch.onnx.

A call of the model is recorded, and each operation in it is written as ONNX nodes (`forms.py` and
`layers.py` say how). The file has the model's numbers, and no code. It needs the onnx library,
which `pip install "tinygrad-edu[onnx]"` brings.
"""

from tinygrad_edu.onnx.exporting import ONNXProgram, export

__all__ = ["ONNXProgram", "export"]
