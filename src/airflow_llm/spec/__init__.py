"""The pipeline spec: the one typed value in the middle. See `pipeline.Pipeline`."""
