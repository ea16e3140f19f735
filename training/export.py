"""Writes the trained network as the package ships it. ``python -m training.export WEIGHTS TRAINED --out FOLDER``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from training.network import VECTORS, Encoder, Structure

OPSET = 20  # the first with the encoder's activation as one operation
_LEAST_BYTES = 1024
"""Smaller weights stay inside the graph."""
_SLOWER = "SkipLayerNormFusion"
"""One operation for a sum and its norm, which takes longer than the two of them."""


class Window(nn.Module):
    """The encoder on one window of a text, where no mask is needed."""

    def __init__(self, inner: Encoder) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The three outputs."""
        return self.inner(numbers, None)  # type: ignore[no-any-return]  # modules are untyped to call


class Alone(nn.Module):
    """The structure network on one text's tasks, where no mask is needed."""

    def __init__(self, inner: Structure) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, tasks: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The four outputs."""
        return self.inner(tasks, torch.ones(tasks.shape[:2], dtype=torch.bool))  # type: ignore[no-any-return]  # modules are untyped to call


def export(weights: Path, trained: Path, out: Path) -> None:
    """`encoder.onnx` in int8, `structure.onnx`, the weights of both beside them, and the vocabulary."""
    out.mkdir(parents=True, exist_ok=True)
    encoder, structure = Encoder(weights), Structure()
    encoder.load_state_dict(torch.load(trained / "encoder.pt", weights_only=True))
    structure.load_state_dict(torch.load(trained / "structure.pt", weights_only=True))
    encoder.eval()
    structure.eval()
    encoder.bert.set_attn_implementation("eager")  # the other kind guards against rows that a mask leaves empty
    pieces, tasks = torch.export.Dim("pieces", min=2, max=512), torch.export.Dim("tasks", min=1, max=400)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "encoder.onnx", Path(folder) / "encoder_int8.onnx"
        order = Path(folder) / "structure.onnx"
        numbers = torch.ones(1, 16, dtype=torch.long)
        _write(Window(encoder), (numbers,), plain, {"numbers": {1: pieces}}, ["hidden", "tags", "error"])
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)
        _write(
            Alone(structure), (torch.zeros(1, 3, VECTORS * 384),), order, {"tasks": {1: tasks}},
            ["kinds", "flags", "rules", "edges"],
        )  # fmt: skip
        ship(small, out / "encoder.onnx")
        ship(order, out / "structure.onnx")
    (out / "vocabulary.txt").write_text((weights / "vocab.txt").read_text(encoding="utf-8"), encoding="utf-8")
    for path in sorted(out.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def ship(model: Path, out: Path) -> None:
    """The model as the package loads it: quick, and with the same outputs.

    onnxruntime would rewrite the graph at each start: it is rewritten here, as far as that depends on no machine. The
    weights lie in a file of their own, which is mapped into memory instead of being read and copied.
    """
    weights = out.with_suffix(".weights")
    weights.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        options = SessionOptions()
        options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(Path(folder) / "rewritten.onnx")
        InferenceSession(str(model), options, ["CPUExecutionProvider"], disabled_optimizers=[_SLOWER])
        rewritten = onnx.load(options.optimized_model_filepath)
    used = {node.domain for node in rewritten.graph.node}
    for domain in [entry for entry in rewritten.opset_import if entry.domain not in used]:
        rewritten.opset_import.remove(domain)
    onnx.save_model(rewritten, out, save_as_external_data=True, location=weights.name, size_threshold=_LEAST_BYTES)
    weights.chmod(0o644)


def _write(
    model: nn.Module, given: tuple[Tensor, ...], path: Path, shapes: dict[str, object], names: list[str]
) -> None:
    made = torch.onnx.export(
        model, given, dynamo=True, dynamic_shapes=shapes, input_names=list(shapes), output_names=names,
        opset_version=OPSET,
    )  # fmt: skip
    model = made.model_proto
    del model.graph.value_info[:]  # the quantiser infers the shapes again, and refuses to find any there
    for part in (model, model.graph, *model.graph.node):
        del part.metadata_props[:]  # where on the machine each operation came from: 0.6 MB that says nothing to a user
    onnx.save(model, path)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("trained", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    export(options.weights, options.trained, options.out)


if __name__ == "__main__":
    main()
