"""Random programs of the supported language, and the oracles that they are checked against."""
