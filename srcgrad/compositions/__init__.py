"""Library functions written with simpler ones: plain Python that the front end reads and inlines."""
