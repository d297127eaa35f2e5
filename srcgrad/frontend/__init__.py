"""Reads a function: its source, the fence around the language, its meaning as IR."""
