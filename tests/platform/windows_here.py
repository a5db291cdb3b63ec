"""The system calls of Windows over a substitute of what they call (`kernel32.py`)."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

if sys.platform != "win32":
    from kernel32 import System, load


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator["tuple[Any, System]"]:
    return load(monkeypatch)


@pytest.fixture
def windows(here: "tuple[Any, System]") -> Any:
    return here[0]
