"""The parts of judging: runs, tasks, branches and alerts."""
