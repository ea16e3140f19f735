"""Read, complete, check, emit; and the bundle on disk."""
