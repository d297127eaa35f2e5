"""Source-transformation automatic differentiation for Python and NumPy."""
