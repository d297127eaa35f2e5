"""Whole programs as scientists write them, each checked against plain Python and differences."""
