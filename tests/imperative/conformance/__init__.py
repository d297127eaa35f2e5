"""What MXNet 1.9.1 does, asked of it once and kept as data, and what srcgrad does in the same place.

`checks/*.txt` are the questions, `answers.json` is what MXNet said (`ask.py` writes it), and
`compare.py` asks srcgrad. Every check ends as an agreement or as a difference on purpose.
"""
