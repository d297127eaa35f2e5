"""The grammar of Python 3.10 to 3.14: its node classes, and programs that use each of them."""
