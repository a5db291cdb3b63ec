"""Apple Lossless, in whichever container."""

ALAC_BITS = {16: 16, 20: 24, 24: 24, 32: 32}
"""Bits a sample that it announces, to those that it decodes to."""
