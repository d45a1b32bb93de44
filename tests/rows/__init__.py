"""Rows of the operation tests, a file for each chapter of `ops/`."""
