"""The learned part: which words ask for a task, of which kind, and which task follows which."""
