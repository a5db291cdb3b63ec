"""Tracks as a table: CSV for spreadsheets, JSON for programs. Rows are written as they come."""

import csv
import json
from collections.abc import Iterable, Sequence
from typing import TextIO

from musfuse.library.exchange.columns import ExchangedTrack, cells


def write_csv(tracks: Iterable[ExchangedTrack], columns: Sequence[str], out: TextIO) -> int:
    """Write CSV (RFC 4180) with a line of names; how many tracks there were."""
    read, count = cells(columns), 0
    writer = csv.writer(out)
    writer.writerow([name for name, _ in read])
    for count, track in enumerate(tracks, 1):  # noqa: B007
        writer.writerow([_text(cell(track)) for _, cell in read])
    return count


def write_json(tracks: Iterable[ExchangedTrack], columns: Sequence[str], out: TextIO) -> int:
    """Write a JSON array with an object a line; how many tracks there were."""
    read, count = cells(columns), 0
    out.write("[")
    for count, track in enumerate(tracks, 1):
        row = {name: cell(track) for name, cell in read}
        out.write(("," if count > 1 else "") + "\n" + json.dumps(row, ensure_ascii=False).translate(_LONE))
    out.write("\n]\n")
    return count


_LONE = {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}
"""What no encoding takes stands escaped in JSON."""


def _text(value: object) -> str:
    text = "" if value is None else str(value)
    return text.encode("utf-8", "replace").decode("utf-8")
