"""Which rates can be made which, told without loading what does it."""

from math import gcd

_LOWEST = 1000
"""Hz. What is less is no sound, and a byte of it would stand for seconds of what is made."""
_MOST_PHASES = 100_000
"""FFmpeg's resampler makes a filter for each place that a sample may have between others: those of rates without a
large common measure, as 384,001 Hz has with any, take seconds and hundreds of MB to make."""


def can_resample(rate: int, to: int) -> bool:
    """Whether a sound of `rate` Hz can be made one of `to` Hz at a cost that somebody waits for: any up to 100 kHz can,
    and higher ones in use."""
    return rate >= _LOWEST and max(rate, to) // gcd(rate, to) <= _MOST_PHASES
