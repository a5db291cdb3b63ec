"""Load a Python binding of libfuse: mfusepy with libfuse 3 where it is there, else libfuse 2; or fusepy (libfuse 2)."""

import ctypes
import importlib
import os
import sys
from typing import Any

from musfuse.errors import MountError

_LIBFUSE3 = ("libfuse3.so.4", "libfuse3.so.3")
_LIBFUSE2 = ("libfuse.so.2",)


def load_binding(name: str) -> Any:
    """The binding's module. Raises MountError, which says what to install."""
    chosen = _choose_library() if name == "mfusepy" else False
    try:
        return importlib.import_module("mfusepy" if name == "mfusepy" else "fuse")
    except ImportError as error:
        package = "mfusepy" if name == "mfusepy" else "fusepy"
        raise MountError(f"the Python package {package} is not installed ({error}); install it with pip") from error
    except (OSError, AttributeError) as error:
        raise MountError(f"FUSE is not installed: {error}. {_install_hint()}") from error
    finally:
        if chosen:  # fusepy reads the same variable, and so would child processes
            os.environ.pop("FUSE_LIBRARY_PATH", None)


def _choose_library() -> bool:
    """mfusepy prefers libfuse 2 and searches slowly; name the library before it is imported. Whether that was done."""
    if sys.platform != "linux" or os.environ.get("FUSE_LIBRARY_PATH") or "mfusepy" in sys.modules:
        return False
    for soname in (*_LIBFUSE3, *_LIBFUSE2):
        try:
            ctypes.CDLL(soname)
        except OSError:
            continue
        os.environ["FUSE_LIBRARY_PATH"] = soname
        return True
    return False


def _install_hint() -> str:
    if sys.platform == "darwin":
        return "Install macFUSE or FUSE-T"
    return "Install it: `apt install fuse3` on Debian and Ubuntu, `dnf install fuse3` on Fedora"


def major_version(binding: Any) -> int:
    """2 or 3: the libfuse that the binding loaded."""
    return int(getattr(binding, "fuse_version_major", 2))
