"""What each clause is, and which steps it means."""
