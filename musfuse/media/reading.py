"""Read one original: what it is, its tags, and what is odd about it. The scanner calls nothing else here."""

import io
from collections.abc import Callable
from dataclasses import replace

from musfuse.errors import MalformedError, MediaError, UnsupportedError
from musfuse.media.cue.parse import MAX_TEXT
from musfuse.media.formats.port import Opened, Reading
from musfuse.media.formats.registry import FormatRegistry
from musfuse.model import Picture, SourceFile
from musfuse.origins import Origin, all_or_nothing
from musfuse.origins.places import place_in

Peek = Callable[[io.BufferedReader, int], Picture | None]

_ADVICE = "replace it by a sound copy"


def read_sheet_file(origin: Origin, file: SourceFile) -> bytes:
    """The bytes of a cue sheet. Raises MalformedError where it is far too large, OriginError."""
    if file.stamp.size > MAX_TEXT:
        raise MalformedError(
            f"{place_in(origin.name, file.path)}: {file.stamp.size} bytes are too many for a cue sheet; take it away"
        )
    return origin.read(file.path, 0, file.stamp.size, file.stamp)


def read_original(formats: FormatRegistry, origin: Origin, file: SourceFile, peek: Peek | None = None) -> Reading:
    """Look into a file; `peek` looks for its cover through the same reader.

    Raises MalformedError where it cannot be shown, OriginError where it cannot be read.
    """
    shown = place_in(origin.name, file.path)
    if not file.stamp.size:
        raise MalformedError(f"{shown}: the file is empty; {_ADVICE}")
    try:
        with all_or_nothing(origin, file) as reader:
            known, start = formats.sniff(reader)
            reading = known.read(Opened(known, origin, file, reader, start))
            text = reading.tags.first("cuesheet")
            if text:
                reading = replace(reading, sheets=(("tag", text.encode("utf-8", "replace")), *reading.sheets))
            if peek is None or reading.bare:
                return reading
            return replace(reading, picture=peek(reader, file.stamp.size))
    except OSError as error:  # the origin's errors came out as they were
        raise MalformedError(f"{shown}: its header points outside of the file; {_ADVICE}") from error
    except MediaError as error:
        advice = "convert it to FLAC" if isinstance(error, UnsupportedError) else _ADVICE
        raise MalformedError(f"{shown}: {str(error).removeprefix(f'{shown}: ')}; {advice}") from error
