"""The content id of encoded audio: a hash of its frames, which no tagger touches."""

from collections.abc import Callable
from typing import BinaryIO

from musfuse.errors import MalformedError, MediaError
from musfuse.media.containers.sniff import sniff_reader
from musfuse.media.identity.asf import asf_spans
from musfuse.media.identity.chunks import chunk_spans
from musfuse.media.identity.feed import ContentFeed, FrameHash, Hashing, Span, in_order
from musfuse.media.identity.matroska import matroska_spans
from musfuse.media.identity.mp4 import mp4_spans
from musfuse.media.identity.ogg import OggPackets
from musfuse.media.identity.streams import flac_spans, framed_spans, musepack_spans, stream_spans
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin, all_or_nothing

PIECE = 256 * 1024
"""Bytes that are read at once."""

Find = Callable[[BinaryIO, int, int], list[Span]]
"""Where the audio lies in a file, given where it begins behind an ID3v2 tag, and its size."""

_WITHIN: dict[str, Find] = {
    "flac": flac_spans,
    "mp4": mp4_spans,
    "mpc": musepack_spans,
    "asf": asf_spans,
    "matroska": matroska_spans,
    **dict.fromkeys(("wav", "rf64", "w64", "aiff", "caf", "au", "dsf", "dff"), chunk_spans),
    **dict.fromkeys(("mpeg", "mp3", "aac"), framed_spans),
    **dict.fromkeys(("ogg", "ape", "wavpack", "tta", "tak", "shorten", "optimfrog", "ac3"), stream_spans),
}


def encoded_content(
    origin: Origin, file: SourceFile, fmt: AudioFormat, proceed: Callable[[], None] = lambda: None
) -> str | None:
    """The content id of a file's encoded audio; `fmt` is what a scan found it to be. None where it has no audio, is
    damaged where that has to be found, or is of a kind that cannot be told apart from its tags.

    Reads its headers, then all of its audio in pieces of PIECE bytes, and calls `proceed` before each: it may wait, and
    whatever it raises goes to the caller. Raises OriginError where the file cannot be read, or changed.
    """
    proceed()
    try:
        with all_or_nothing(origin, file) as reader:
            feed = open_content(reader, file.stamp.size, fmt)
    except (MediaError, OSError):  # the origin's errors came out as they were
        return None
    while feed is not None and (at := feed.wanted) is not None:
        proceed()
        data = origin.read(file.path, at, feed.reach(at + PIECE) - at, file.stamp)
        if not data:
            return None
        feed.feed(at, data)
    return feed.content() if feed is not None else None


def open_content(reader: BinaryIO, size: int, fmt: AudioFormat) -> ContentFeed | None:
    """What makes the content id of a file of `size` bytes as they are fed to it; None for a kind that is not known.

    Reads headers and tags at its end only. Raises MalformedError where the audio cannot be found, OSError where the
    file cannot be read.
    """
    found, start = sniff_reader(reader)
    container = found or fmt.container
    find = _WITHIN.get(container)
    if find is None:
        return None
    spans = in_order(find(reader, start, size), size)
    if not spans:
        raise MalformedError("it holds no audio")
    hashing: Hashing = OggPackets() if container == "ogg" else FrameHash()
    return ContentFeed(spans, hashing)
