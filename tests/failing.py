"""Origins that fail."""

from musfuse.errors import UnavailableError
from musfuse.model import Stamp
from musfuse.origins import MemoryOrigin


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
