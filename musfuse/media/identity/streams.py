"""Streams that begin with their first frame or a header of their own: what stands around them is tags."""

from typing import BinaryIO

from musfuse.media.containers.tails import audio_end
from musfuse.media.identity.feed import Span


def stream_spans(reader: BinaryIO, start: int, size: int) -> list[Span]:
    """The span between the tags in front of the stream and those behind it."""
    return [Span(start, end)] if (end := audio_end(reader, start, size)) > start else []
