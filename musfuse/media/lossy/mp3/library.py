"""The system's LAME: whether there is one, and which. Loads nothing else."""

import ctypes
import sys
from functools import lru_cache

_NAMES = {"linux": "libmp3lame.so.0", "darwin": "libmp3lame.0.dylib"}
SETTINGS = (
    "in_samplerate", "out_samplerate", "num_channels", "mode", "VBR", "brate", "disable_reservoir", "bWriteVbrTag",
)  # fmt: skip
REPORTS = ("errorf", "msgf", "debugf")
"""What LAME would write to the terminal by."""
FUNCTIONS = (
    "get_lame_version", "lame_init", "lame_init_params", "lame_encode_buffer_ieee_float", "lame_close",
    "lame_get_out_samplerate", *(f"lame_set_{name}" for name in (*SETTINGS, *REPORTS)),
)  # fmt: skip
"""All of lame.h that is called; LAME 3.99 has them, 3.98 has not."""


@lru_cache(1)
def system_library() -> ctypes.CDLL | None:
    """The system's LAME; None where it has none, or one that lacks a function. On Windows nobody knows whose library of
    that name would be found."""
    name = _NAMES.get(sys.platform)
    if name is None:
        return None
    try:
        library = ctypes.CDLL(name)
    except OSError:
        return None
    if not all(hasattr(library, function) for function in FUNCTIONS):
        return None
    floats, lame, number = ctypes.POINTER(ctypes.c_float), ctypes.c_void_p, ctypes.c_int
    library.get_lame_version.restype = ctypes.c_char_p
    library.lame_init.restype = lame
    library.lame_encode_buffer_ieee_float.argtypes = [lame, floats, floats, number, ctypes.c_char_p, number]
    for function in (library.lame_init_params, library.lame_close, library.lame_get_out_samplerate):
        function.argtypes = [lame]
    for setting in SETTINGS:
        getattr(library, f"lame_set_{setting}").argtypes = [lame, number]
    for report in REPORTS:
        getattr(library, f"lame_set_{report}").argtypes = [lame, ctypes.c_void_p]
    return library


@lru_cache(1)
def system_version() -> str:
    """The version of the system's LAME; '' where it has none, and PyAV's is used."""
    library = system_library()
    return "" if library is None else (library.get_lame_version() or b"?").decode("ascii", "replace")
