"""Streams that tell their own facts in a header, with tags around them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from musfuse.errors import MalformedError
from musfuse.media.formats.port import Opened, Reading
from musfuse.media.formats.readers.tagged import read_tagged
from musfuse.model import AudioFormat, TagSet

Probe = Callable[[Opened, AudioFormat], tuple[AudioFormat, tuple[str, ...]]]
"""The facts of a header, given what is known without it, and what is odd. Raises MalformedError."""


def read_lossless(opened: Opened, probe: Probe, tags: Callable[[Opened], TagSet]) -> Reading:
    """Facts by the stream's own header. Where that is damaged, what tag readers make of the file."""
    name = opened.known.name
    with suppress(MalformedError):
        fmt, notes = probe(opened, AudioFormat(name, name))
        return Reading(fmt, tags(opened), notes)
    reading = read_tagged(opened)
    try:
        fmt, notes = probe(opened, reading.format)
    except MalformedError as error:
        return replace(reading, notes=(*reading.notes, f"shown as it is: {error}"))
    return replace(reading, format=fmt, notes=(*reading.notes, *notes))
