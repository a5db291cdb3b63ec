"""Which encoders are installed, without loading them."""

from functools import lru_cache
from importlib.metadata import version


@lru_cache(1)
def installed() -> str:
    """The version of PyAV, whose wheels carry libopus and LAME."""
    return version("av")
