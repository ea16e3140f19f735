"""What holds for the whole pipeline, and the trigger rules."""
