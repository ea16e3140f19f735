"""Run a bundle in the real engine, on stand-ins, and judge what happened. See `prove.prove`."""
