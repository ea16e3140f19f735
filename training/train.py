"""Trains the reader's network. ``python -m training.train WEIGHTS --out FOLDER``; WEIGHTS: the folder of MiniLM."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from training.batches import Batch, Cut, batch, cut, disturbed, veiled, vocabulary
from training.corpus import findings, load
from training.examples import Example, example
from training.network import Encoder, Structure, task_vectors
from training.splits import hands_of

CORPUS = Path(__file__).parent / "corpus"
TEXTS_AT_ONCE = 16
LONGEST = 320
"""Pieces of the longest text that is learned from: longer ones cost most of the time, and are mostly outlines."""
HEAD_RATE = 10.0  # times the rate of the encoder
TAG_WEIGHT, KIND_WEIGHT, FLAG_WEIGHT, RULE_WEIGHT, EDGE_WEIGHT, ERROR_WEIGHT = 1.0, 0.4, 0.4, 0.2, 2.0, 0.2


def examples_of(split: str) -> list[Example]:
    """The examples of the split's hands, without requests whose annotation is wrong."""
    paths = [CORPUS / f"{hand}.yml" for hand in hands_of(split)]
    requests = [request for path in paths if path.exists() for request in load(path)]
    return [example(request) for request in requests if not list(findings(request))]


def hidden_of(encoder: Encoder, given: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Hidden states and tag scores (texts, 1 + pieces, …) put together from the windows, and the errors' scores."""
    hidden, tags, errors = encoder(given.numbers, given.mask)
    width = given.tags.shape[1]

    def joined(source: Tensor, row: int) -> Tensor:
        parts = [source[given.windows[row][0], :1]]
        for window in given.windows[row]:
            parts.append(source[window, 1 : int(given.mask[window].sum()) - 1])
        whole = torch.cat(parts)
        return nn.functional.pad(whole, (0, 0, 0, width - len(whole)))

    rows = range(len(given.windows))
    first = torch.tensor([windows[0] for windows in given.windows])
    return torch.stack([joined(hidden, n) for n in rows]), torch.stack([joined(tags, n) for n in rows]), errors[first]


def loss_of(encoder: Encoder, structure: Structure, given: Batch) -> Tensor:
    """The weighted sum of what the network is wrong about."""
    hidden, tags, errors = hidden_of(encoder, given)
    total = TAG_WEIGHT * nn.functional.cross_entropy(tags.flatten(0, 1), given.tags.flatten(), ignore_index=-1)
    total = total + ERROR_WEIGHT * nn.functional.binary_cross_entropy_with_logits(errors, given.errors)
    if not given.tasks.any():
        return total
    mask = given.tasks.clone()
    mask[:, 0] = True  # attention needs something to look at, also in a text without tasks
    kinds, flags, rules, edges = structure(task_vectors(hidden, given.places), mask)
    there = given.tasks
    total = total + KIND_WEIGHT * nn.functional.cross_entropy(kinds[there], given.kinds[there])
    total = total + FLAG_WEIGHT * nn.functional.binary_cross_entropy_with_logits(flags[there], given.flags[there])
    total = total + RULE_WEIGHT * nn.functional.cross_entropy(rules[there], given.rules[there])
    known = given.edges >= 0
    if known.any():
        total = total + EDGE_WEIGHT * nn.functional.binary_cross_entropy_with_logits(edges[known], given.edges[known])
    return total


@dataclass(frozen=True)
class Plan:
    """How to train: `rate` is the encoder's highest learning rate, `begin` holds what an earlier training wrote."""

    epochs: int
    rate: float
    seed: int
    splits: Sequence[str]
    begin: Path | None = None


def train(weights: Path, out: Path, plan: Plan) -> None:
    """Trains on the splits and writes `encoder.pt` and `structure.pt`."""
    epochs = plan.epochs
    torch.manual_seed(plan.seed)
    chance = random.Random(plan.seed)
    words = vocabulary(weights)
    examples = [held for split in plan.splits for held in examples_of(split)]
    examples = [held for held in examples if len(words.pieces(held.text)) <= LONGEST]
    encoder, structure = Encoder(weights), Structure()
    if plan.begin is not None:
        encoder.load_state_dict(torch.load(plan.begin / "encoder.pt", weights_only=True))
        structure.load_state_dict(torch.load(plan.begin / "structure.pt", weights_only=True))
    heads = [*encoder.tags.parameters(), *encoder.error.parameters(), *structure.parameters()]
    learning = [held for held in encoder.bert.parameters() if held.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": learning, "lr": plan.rate}, {"params": heads, "lr": plan.rate * HEAD_RATE}], weight_decay=0.01
    )
    steps = epochs * (-(-len(examples) // TEXTS_AT_ONCE))
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.1 * steps), max(0.0, (steps - step) / (0.9 * steps)))
    )
    print(f"{len(examples)} texts, {steps} steps", flush=True)
    started = time.monotonic()
    for epoch in range(epochs):
        encoder.train()
        structure.train()
        total = 0.0
        texts = [veiled(cut(disturbed(held, chance), words), words, chance) for held in examples]
        for cuts in _shuffled(texts, chance):
            loss = loss_of(encoder, structure, batch(cuts, words))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*encoder.parameters(), *structure.parameters()], 1.0)
            optimiser.step()
            rate.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1}: loss {total * epochs / steps:.3f}, {time.monotonic() - started:.0f} s", flush=True)
        out.mkdir(parents=True, exist_ok=True)
        torch.save(encoder.state_dict(), out / "encoder.pt")
        torch.save(structure.state_dict(), out / "structure.pt")


def _shuffled(cuts: list[Cut], chance: random.Random) -> list[list[Cut]]:
    """Batches of texts of about the same length, in an order by chance."""
    cuts = sorted(cuts, key=lambda held: len(held.pieces) + chance.random() * 30)
    batches = [cuts[at : at + TEXTS_AT_ONCE] for at in range(0, len(cuts), TEXTS_AT_ONCE)]
    chance.shuffle(batches)
    return batches


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--splits", nargs="+", default=["train"])
    parser.add_argument("--begin", type=Path, help="the folder of an earlier training to go on from")
    options = parser.parse_args()
    plan = Plan(options.epochs, options.rate, options.seed, options.splits, options.begin)
    train(options.weights, options.out, plan)


if __name__ == "__main__":
    main()
