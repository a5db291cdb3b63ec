"""Writes encoded runs of one track to a file, as `frame_files.py` reads it. Worker processes load no more than this."""

import logging
import sys
from array import array
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from fastcrc import crc64

log = logging.getLogger(__name__)


def checksum(data: bytes) -> int:
    """CRC-64 of a run; never 0, which stands for none."""
    return crc64.xz(data) or 1


class FrameWriter:
    """Writes the runs of one track in order, before their number is known. Gives up quietly on a full disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._table = array("Q")
        self._out: BinaryIO | None = None
        with suppress(OSError):
            self._out = path.open("wb")

    def add(self, run: bytes) -> None:
        """Write the next run."""
        if self._out is None:
            return
        try:
            self._out.write(run)
        except OSError as error:
            log.info("%s: encoded runs are not kept: %s", self._path, error)
            self.discard()
        self._table.append(checksum(run))

    def restart(self) -> None:
        """Forget all runs that were written."""
        self._table = array("Q")
        if self._out is not None:
            try:
                self._out.seek(0)
                self._out.truncate()
            except OSError:
                self.discard()

    def finish(self) -> bool:
        """Write the table; whether there is a whole file now."""
        if self._out is None:
            return False
        try:
            self._out.write(_table_bytes(self._table))
            self._out.close()
        except OSError:
            self.discard()
            return False
        self._out = None
        return True

    def discard(self) -> None:
        """Give up, and leave no file behind."""
        out, self._out = self._out, None
        if out is not None:
            with suppress(OSError):
                out.close()
            self._path.unlink(missing_ok=True)


def _table_bytes(table: "array[int]") -> bytes:
    if sys.byteorder == "big":
        table = array("Q", table)
        table.byteswap()
    return table.tobytes()
