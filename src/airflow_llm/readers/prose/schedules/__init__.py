"""When a pipeline runs, from prose."""
