"""musfuse on Windows' own CPython, which Wine runs; `prepare.py` sets both up."""
