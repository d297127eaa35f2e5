"""Runs emitted programs: keeps their texts in a cache, loads them, annotates their errors."""
