"""The prose reader: what people write, as a pipeline."""
