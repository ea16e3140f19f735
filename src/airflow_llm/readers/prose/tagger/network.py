"""The trained network, run with onnxruntime on one core: text in, tasks and their graph out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from airflow_llm.readers.prose.tagger.decode import Marked, graph, marked
from airflow_llm.readers.prose.tagger.labels import KINDS, LABELS, RULES, TAGS, WINDOW
from airflow_llm.readers.prose.tagger.linking import GraphSaid, TaskSaid
from airflow_llm.readers.prose.tagger.wordpiece import Piece, WordPieces

FOLDER = Path(__file__).parent / "trained"
_LEAST = 0.5


class Network:
    """The encoder, and the small network over the tasks that it marked; each is loaded when it is first asked."""

    def __init__(self, folder: Path = FOLDER) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The graphs were rewritten when they were exported, and planning whose memory may be used again takes longer
        # than it spares: the allocator hands freed memory out again as well.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.enable_mem_reuse = False
        self._folder = folder
        self._session = partial(onnxruntime.InferenceSession, sess_options=options, providers=["CPUExecutionProvider"])

    @cached_property
    def encoder(self) -> Any:
        """The session of the encoder."""
        return self._session(str(self._folder / "encoder.onnx"))

    @cached_property
    def structure(self) -> Any:
        """The session of the network over the tasks."""
        return self._session(str(self._folder / "structure.onnx"))

    @cached_property
    def words(self) -> WordPieces:
        """The encoder's vocabulary."""
        return WordPieces((self._folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines())

    def read(self, text: str) -> GraphSaid:
        """What the network says of the text."""
        pieces = self.words.pieces(text)
        hidden, tags, error = self._encoded(pieces)
        chances = _softmax(tags[1:]).tolist()
        found = marked(text, pieces, chances)
        tasks = [mark for mark in found if mark.label == LABELS[0]]
        others = tuple(mark for mark in found if mark.label != LABELS[0])
        if not tasks:
            return GraphSaid((), others, frozenset(), 1.0, error)
        kinds, flags, rules, pairs = self.structure.run(None, {"tasks": _vectors(hidden, tasks)[None]})
        ways = _sigmoid(pairs[0])
        before = ways[..., 1].tolist()
        edges, sure = graph(before)
        told = zip(tasks, _softmax(kinds[0]), _sigmoid(flags[0]), _softmax(rules[0]), strict=True)
        said = tuple(_said(mark, kind, flag, rule) for mark, kind, flag, rule in told)
        sure = min(sure, 1.0 - _missed(found, chances))
        return GraphSaid(said, others, frozenset(edges), sure, error, tuple(map(tuple, before)))

    def _encoded(self, pieces: Sequence[Piece]) -> tuple[Any, Any, float]:
        """Hidden states and tag scores, the first for the text as a whole; and how likely it is no request."""
        import numpy as np

        numbers = [piece.number for piece in pieces]
        hidden, tags, error = [], [], 0.0
        for at in range(0, max(len(numbers), 1), WINDOW):
            row = np.array([[self.words.first, *numbers[at : at + WINDOW], self.words.last]], dtype=np.int64)
            states, scores, wrong = self.encoder.run(None, {"numbers": row})
            first = 0 if not at else 1
            hidden.append(states[0, first:-1])
            tags.append(scores[0, first:-1])
            error = float(_sigmoid(wrong)[0]) if not at else error
        return np.concatenate(hidden), np.concatenate(tags), error


def _missed(found: Sequence[Marked], chances: Sequence[Sequence[float]]) -> float:
    """How likely the likeliest word begins a task where none was marked."""
    inside = {number for mark in found for number in range(mark.first, mark.last)}
    begins = TAGS.index(f"B-{LABELS[0]}")
    return max((row[begins] for number, row in enumerate(chances) if number not in inside), default=0.0)


def _said(mark: Marked, kind: Any, flag: Any, rule: Any) -> TaskSaid:
    return TaskSaid(
        mark=mark,
        kind=KINDS[int(kind.argmax())],
        conditional=float(flag[0]) > _LEAST,
        mapped=float(flag[1]) > _LEAST,
        rule=RULES[int(rule.argmax())],
        sure=min(mark.sure, float(kind.max())),
        chances=(
            ("task", mark.sure),
            ("kind", float(kind.max())),
            ("conditional", float(flag[0])),
            ("mapped", float(flag[1])),
            ("trigger rule", float(rule.max())),
        ),
    )


def _vectors(hidden: Any, tasks: Sequence[Marked]) -> Any:
    """For each task the mean, the first and the preceding state of its pieces, and the means of the gaps around it."""
    import numpy as np

    ends = [1, *(mark.last + 1 for mark in tasks)]
    starts = [*(mark.first + 1 for mark in tasks), len(hidden)]

    def mean(start: int, end: int) -> Any:
        return hidden[start:end].mean(0) if end > start else np.zeros(hidden.shape[1], hidden.dtype)

    rows = []
    for number, (first, last) in enumerate(zip(starts, ends[1:], strict=False)):
        around = [mean(ends[number], first), mean(last, starts[number + 1])]
        rows.append(np.concatenate([mean(first, last), hidden[first], hidden[first - 1], *around]))
    return np.stack(rows).astype(np.float32)


def _softmax(scores: Any) -> Any:
    import numpy as np

    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _sigmoid(scores: Any) -> Any:
    import numpy as np

    return 1.0 / (1.0 + np.exp(-scores))


@lru_cache(maxsize=1)
def network() -> Network | None:
    """The shipped network; None when it or what runs it is not installed."""
    if not (FOLDER / "encoder.onnx").is_file():
        return None
    try:
        return Network()
    except ImportError:
        return None


def begun(text: str) -> Future[GraphSaid] | None:
    """What the network says of the text, worked out beside what the caller does meanwhile; None without a network.

    It is imported at once, since that would only take turns with the caller; loading and asking it do not.
    """
    trained = network()
    if trained is None:
        return None
    worker = ThreadPoolExecutor(1)
    answer = worker.submit(trained.read, text)
    worker.shutdown(wait=False)
    return answer
