"""The content id of encoded audio: a hash of its frames, which no tagger touches."""

from collections.abc import Callable
from typing import BinaryIO

from musfuse.errors import MalformedError, MediaError
from musfuse.media.formats.registry import FormatRegistry
from musfuse.media.identity.feed import ContentFeed, in_order
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin, all_or_nothing

PIECE = 256 * 1024
"""Bytes that are read at once."""


def encoded_content(
    formats: FormatRegistry,
    origin: Origin,
    file: SourceFile,
    fmt: AudioFormat,
    proceed: Callable[[], None] = lambda: None,
) -> str | None:
    """The content id of a file's encoded audio; `fmt` is what a scan found it to be. None where it has no audio, is
    damaged where that has to be found, or is of a kind that cannot be told apart from its tags.

    Reads its headers, then all of its audio in pieces of PIECE bytes, and calls `proceed` before each: it may wait, and
    whatever it raises goes to the caller. Raises OriginError where the file cannot be read, or changed.
    """
    proceed()
    try:
        with all_or_nothing(origin, file) as reader:
            feed = open_content(formats, reader, file.stamp.size, fmt)
    except (MediaError, OSError):  # the origin's errors came out as they were
        return None
    while feed is not None and (at := feed.wanted) is not None:
        proceed()
        data = origin.read(file.path, at, feed.reach(at + PIECE) - at, file.stamp)
        if not data:
            return None
        feed.feed(at, data)
    return feed.content() if feed is not None else None


def open_content(formats: FormatRegistry, reader: BinaryIO, size: int, fmt: AudioFormat) -> ContentFeed | None:
    """What makes the content id of a file of `size` bytes as they are fed to it; None for a kind that is not known.

    Reads headers and tags at its end only. Raises MalformedError where the audio cannot be found, OSError where the
    file cannot be read.
    """
    announced, start = formats.sniff(reader)
    known = announced if announced.name else formats.get(fmt.container)
    if known is None or known.audio is None:
        return None
    spans = in_order(known.audio(reader, start, size), size)
    if not spans:
        raise MalformedError("it holds no audio")
    return ContentFeed(spans, known.hashing())
