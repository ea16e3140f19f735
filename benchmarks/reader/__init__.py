"""How well requests are read, against annotated cases: `make bench-reader`."""
