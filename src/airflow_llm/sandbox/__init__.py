"""Run code in a bounded child process: time, memory, network and environment. See `process.run`."""
