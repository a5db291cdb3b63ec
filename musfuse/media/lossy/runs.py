"""Runs of encoded audio of one track, kept as FLAC's are: in memory, on disk, and made ahead of who reads on."""

import threading
from array import array
from collections.abc import Callable
from functools import cached_property
from typing import Protocol

from musfuse.media.frame_cache import FrameCache
from musfuse.store import FrameFiles

_RECENT = 3
"""Runs that a handle holds on to: the system's read-ahead asks for one in pieces, on several threads."""


class Maker(Protocol):
    """Makes the runs of one rendition of one track. May be asked from many threads."""

    def run(self, run: int) -> bytes:
        """A run, by its number: the same bytes whichever is asked for first. Raises MediaError, OriginError."""

    def close(self) -> None:
        """Let go of decoders."""


class LateMaker:
    """A Maker that is made when it is needed first, so that nothing of an encoder is loaded before."""

    def __init__(self, make: Callable[[], Maker]) -> None:
        self._make = make
        self._made: Maker | None = None
        self._lock = threading.Lock()

    def run(self, run: int) -> bytes:
        """As Maker has it."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            made = self._made
        return made.run(run)

    def close(self) -> None:
        """Let go of decoders, if there are any."""
        if self._made is not None:
            self._made.close()


class Runs:
    """The runs of one rendition of one track, `lengths` bytes long each. `key_of` tells the key, which holds everything
    that their bytes depend on; it is asked for the first run, and may load the encoder for its fingerprint. May be
    asked from many threads."""

    def __init__(
        self,
        key_of: Callable[[], str],
        lengths: "array[int]",
        maker: Maker,
        frame_cache: FrameCache,
        frame_files: FrameFiles,
        read_ahead: int,
    ) -> None:
        self._key_of, self._lengths, self._maker = key_of, lengths, maker
        self._frame_cache, self._frame_files, self._read_ahead = frame_cache, frame_files, read_ahead
        self._ahead_of = -1
        self._recent: tuple[tuple[int, bytes], ...] = ()

    @cached_property
    def _key(self) -> str:
        return self._key_of()

    def get(self, run: int) -> bytes:
        """A run. Raises what making it raises."""
        for number, data in self._recent:
            if number == run:
                return data
        found = self._frame_cache.peek((self._key, run)) or self._frame_files.get(self._key, self._lengths, run)
        if found is None:
            found = self._frame_cache.get((self._key, run), lambda: self._made(run))
        self._recent = ((run, found), *self._recent[: _RECENT - 1])
        return found

    def go_on(self, run: int) -> None:
        """Have the runs behind one made on other threads, since somebody reads on."""
        if run == self._ahead_of:
            return
        self._ahead_of = run
        for ahead in range(run + 1, min(run + 1 + self._read_ahead, len(self._lengths))):
            if not self._frame_files.has(self._key, self._lengths, ahead):
                self._frame_cache.prefetch((self._key, ahead), lambda n=ahead: self._made(n))  # type: ignore[misc]

    def forget(self) -> None:
        """Drop all that is kept of them, here and for others."""
        self._recent = ()
        self._frame_cache.forget(self._key)
        self._frame_files.forget(self._key)

    def close(self) -> None:
        """Let go of the runs that this handle holds, and of what makes them."""
        self._recent = ()
        self._maker.close()

    def _made(self, run: int) -> bytes:
        data = self._maker.run(run)
        self._frame_files.put_later(
            self._key, self._lengths, run, data, lambda: self._frame_cache.kept_on_disk((self._key, run))
        )
        return data
