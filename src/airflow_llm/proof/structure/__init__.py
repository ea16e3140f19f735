"""What a bundle's DAG must be, derived from the spec alone: the code that wrote the DAG is never asked."""
