"""Cuts contents where they themselves say so (FastCDC, Xia et al. 2020): what two files share is cut alike, wherever it
stands in them, and kept once."""

import warnings
from collections.abc import Sequence

SMALLEST, USUAL, LARGEST = 16 * 1024, 64 * 1024, 256 * 1024
"""Bytes of a chunk: at least, but for the last of a file, about, and at most."""


def cuts(data: bytes, *, is_end: bool) -> Sequence[int]:
    """The lengths of the chunks of bytes that begin at a bound; of the last, which may go on behind them, only where
    `is_end` says that nothing does."""
    from pyfastcdc import FastCDC

    cutter = FastCDC(USUAL, min_size=SMALLEST, max_size=LARGEST)
    lengths = [chunk.length for chunk in cutter.cut_buf(data)]
    return lengths if is_end else lengths[:-1]


def can_cut() -> bool:
    """Whether it can be done fast: in pure Python, where the compiled part of the package is missing, it would take
    longer than fetching does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyfastcdc import FastCDC

    return not FastCDC.__module__.startswith("pyfastcdc.py")
