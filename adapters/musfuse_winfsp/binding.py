"""Load winfspy, late: importing it fails where WinFsp is not installed."""

import importlib
import sys
from typing import Any

from musfuse.errors import MountError

_PYTHON = "winfspy's wheels exist for Python 3.8 to 3.11; run musfuse with Python 3.11"
_WINFSP = "WinFsp is not installed; get it from its project page (winfsp.dev) or with `winget install WinFsp.WinFsp`"


def load_binding() -> Any:
    """The winfspy package. Raises MountError, which says what to install."""
    try:
        return importlib.import_module("winfspy")
    except ImportError as error:
        missing = "pip install winfspy" if sys.version_info < (3, 12) else _PYTHON
        raise MountError(f"the Python package winfspy cannot be imported ({error}); {missing}") from error
    except (RuntimeError, OSError) as error:
        raise MountError(f"{_WINFSP} ({error})") from error
