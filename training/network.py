"""The network: an encoder of the text with heads for marks, and a small graph network over the marked tasks.

The edges are scored for every ordered pair of tasks, as biaffine dependency parsers do (Dozat and Manning, 2017).
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from airflow_llm.readers.prose.tagger.labels import KINDS, RULES, TAGS

WIDTH = 192
FARTHEST = 12
FROZEN_LAYERS = 1
VECTORS = 5
FLAGS = ("conditional", "mapped")


class Encoder(nn.Module):
    """Word pieces to hidden states (batch, pieces, 384), tag scores (batch, pieces, tags), error scores (batch)."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        config = BertConfig.from_json_file(str(weights / "config.json"))
        self.bert = BertModel(config, add_pooling_layer=False)
        self.bert.load_state_dict(load_file(weights / "model.safetensors"), strict=False)
        for fixed in (self.bert.embeddings, *self.bert.encoder.layer[:FROZEN_LAYERS]):
            fixed.requires_grad_(False)
        self.tags = nn.Linear(config.hidden_size, len(TAGS))
        self.error = nn.Linear(config.hidden_size, 1)

    def forward(self, numbers: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """The three outputs for numbered pieces; `mask` is 0 where a row is padded, None where none is."""
        hidden = self.bert(input_ids=numbers, attention_mask=mask).last_hidden_state
        return hidden, self.tags(hidden), self.error(hidden[:, 0]).squeeze(-1)


class Structure(nn.Module):
    """Task vectors (batch, tasks, 5 x 384) and their mask to kinds, flags, rules and edges."""

    def __init__(self, hidden: int = 384) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(VECTORS * hidden, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH), nn.Dropout(0.2))
        self.place = nn.Embedding(FARTHEST + 1, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, 4, 2 * WIDTH, dropout=0.2, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.kinds = nn.Linear(WIDTH, len(KINDS))
        self.flags = nn.Linear(WIDTH, len(FLAGS))
        self.rules = nn.Linear(WIDTH, len(RULES))
        self.up, self.down = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.apart = nn.Embedding(2 * FARTHEST + 1, WIDTH)
        self.pair = nn.Sequential(nn.GELU(), nn.LayerNorm(WIDTH), nn.Dropout(0.2), nn.Linear(WIDTH, 2))
        self.product = nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, tasks: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Scores of kinds, flags and rules for each task, and for each pair of an edge and of any way."""
        count = tasks.shape[1]
        order = torch.arange(count, device=tasks.device)
        inner = self.inner(tasks) + self.place(order.clamp(max=FARTHEST))
        held = self.layers(inner, src_key_padding_mask=~mask)
        apart = self.apart((order[None, :] - order[:, None]).clamp(-FARTHEST, FARTHEST) + FARTHEST)
        up, down = self.up(held)[:, :, None, :], self.down(held)[:, None, :, :]
        pairs = self.pair(up + down + self.product(up * down) + apart[None])
        return self.kinds(held), self.flags(held), self.rules(held), pairs


def task_vectors(hidden: Tensor, places: Tensor) -> Tensor:
    """What the structure network takes of each task: (batch, tasks, `VECTORS` x 384).

    `places` (batch, tasks, 4) holds the piece after the task before, the own first, the one after the own last, and the
    next task's first. The vectors: the mean of the own pieces, the first, the one in front, the means of both gaps.
    """
    sums = nn.functional.pad(hidden.cumsum(1), (0, 0, 1, 0))
    width = hidden.shape[-1]

    def at(source: Tensor, index: Tensor) -> Tensor:
        return source.gather(1, index[..., None].expand(-1, -1, width))

    def mean(start: Tensor, end: Tensor) -> Tensor:
        return (at(sums, end) - at(sums, start)) / (end - start).clamp(min=1)[..., None]

    lead, start, end, trail = places.unbind(-1)
    front = at(hidden, (start - 1).clamp(min=0))
    return torch.cat([mean(start, end), at(hidden, start), front, mean(lead, start), mean(end, trail)], -1)
