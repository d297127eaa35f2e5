"""What PyTorch 2.13 and TensorFlow 2.21 print for short programs, kept as data, and asked of srcgrad.

`torch.txt` and `tf.txt` are the programs, the `.json` files what the libraries printed (`ask.py`
writes them).
"""
