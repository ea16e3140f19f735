"""What the network tells apart, in the order of its outputs; the training takes these names from here."""

from __future__ import annotations

LABELS = ("task", "schedule", "retries", "alert", "skip")
TAGS = ("O", *(f"{position}-{label}" for label in LABELS for position in ("B", "I")))
KINDS = (
    "api_call", "bash", "branch", "cleanup", "dbt", "deploy", "docker", "empty", "evaluate", "extract", "ingest",
    "load", "notify", "other", "predict", "report", "sensor", "spark", "sql", "train", "transform",
    "trigger_dag", "validate",
)  # fmt: skip
RULES = ("all_success", "all_done", "one_failed", "none_failed", "one_success")
WINDOW = 500
"""Pieces that the encoder sees at once, of the 512 that it was made for."""
