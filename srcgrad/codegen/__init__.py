"""Targets: the IR printed as Python, C and CUDA source text."""
