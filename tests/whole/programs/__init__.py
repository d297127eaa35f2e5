"""One program a file: ``loss``, ``SAMPLE(rng)`` that gives its arguments, ``WRT``."""
