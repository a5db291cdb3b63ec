"""Origins that fail."""

from dataclasses import replace

import pytest

from musfuse.errors import UnavailableError
from musfuse.model import Stamp
from musfuse.origins import LocalOrigin, MemoryOrigin


def read_by_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers read local folders through this process, so that what it does to LocalOrigin holds for them too."""
    monkeypatch.setattr(LocalOrigin, "traits", replace(LocalOrigin.traits, local=False))


class FailsOnce(MemoryOrigin):
    """An origin whose n-th read fails, once."""

    def __init__(self, failing: int) -> None:
        super().__init__("m")
        self.left = failing

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self.left -= 1
        if self.left == 0:
            raise UnavailableError(f"m/{path}: input/output error")
        return super().read(path, offset, size, stamp)
