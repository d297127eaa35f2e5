"""Programs of published MXNet tutorials, cell by cell, and the output that their pages print.

Only the line that imports the framework differs. `nd_notebook` and `nd_lecture` use `nd`,
`nd_control_flow` draws random numbers from the default seed, `np_chapter` uses `np`, and
`three_frameworks` is one program in MXNet's, PyTorch's and TensorFlow's words.
"""
