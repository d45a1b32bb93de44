"""Side-by-side measurements with other engines, in one run: `python -m benchmarks`."""
