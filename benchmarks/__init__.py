"""Every figure that the project publishes: `make bench`, or `python -m benchmarks NAME …` for some of them."""
