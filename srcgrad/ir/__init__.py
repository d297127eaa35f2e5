"""The intermediate representation: typed, immutable, value-semantic blocks of equations."""
