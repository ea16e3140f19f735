"""How likely a reading is wholly right, from how sure grammar and network are, and whether they see the same graph."""

from __future__ import annotations

from math import exp, log

# Logistic regression of exact graphs (Newton's method, ridge 0.5) on 1,234 requests that the network had not learned
# from: hands h63, h67, h88 to h93, `training/choosing.json`. A third is taken off: to be wrongly sure costs more.
_BASE = -0.275 - 0.33
_NETWORK = 0.717
_AGREED, _GRAMMAR_AGREED = 0.931, 0.276
_STEP, _CHOICE = -0.211, -0.161
_MOST_STEPS, _MOST_CHOICES = 12, 2
_LEAST = 0.001


def likelihood(grammar: float, network: float, *, agreed: bool, steps: int, choices: int) -> float:
    """The chance that the graph is exact: all shares are from 0 to 1."""
    score = _BASE + _NETWORK * _logit(network)
    score += _STEP * min(steps, _MOST_STEPS) + _CHOICE * min(choices, _MOST_CHOICES)
    if agreed:
        score += _AGREED + _GRAMMAR_AGREED * _logit(grammar)
    return round(1.0 / (1.0 + exp(-score)), 3)


def _logit(share: float) -> float:
    held = min(max(share, _LEAST), 1.0 - _LEAST)
    return log(held / (1.0 - held))
