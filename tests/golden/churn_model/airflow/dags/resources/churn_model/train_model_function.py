"""The model that this pipeline fits."""

from __future__ import annotations

from sklearn.ensemble import RandomForestClassifier


def estimator() -> RandomForestClassifier:
    """The estimator before it is fitted; the same seed gives the same model."""
    return RandomForestClassifier(random_state=0)
