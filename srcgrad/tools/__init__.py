"""The command line: what a person asks of the compiler from a shell."""
