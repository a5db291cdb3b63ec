"""Tags of many tracks as a file: written for spreadsheets (CSV) and programs (JSON), and read back as one change.

In CSV a cell holds one value a line; `lyrics` and `comment` are one value whatever they hold. A cell that is empty, or
as it was written, leaves the field alone. In JSON a field is a list of values; an empty list says that the field is to
be absent.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from musfuse.errors import ConfigError, MusfuseError
from musfuse.library.overlay import Delta
from musfuse.library.overlay.room import crowded
from musfuse.library.selection import Selected, Selection
from musfuse.library.vocabulary import Vocabulary
from musfuse.platform.regular import read_regular
from musfuse.service.assignments import checked_field, checked_values
from musfuse.service.cautions import odd_field, odd_values
from musfuse.service.requests.changes import FieldChange
from musfuse.service.requests.tags import ImportPlan, TrackRow
from musfuse.service.wire import to_json

MAX_FILE = 64 << 20
_PLACE = ("path", "part", "drive_path")
_ONE_VALUE = frozenset({"lyrics", "comment"})
_IDS = ("isrc", "musicbrainz_trackid")
_SHOWN = 200
_ODD = 20


@dataclass(slots=True)
class Plan:
    """What an import would do: changes by track, and what is wrong with the file."""

    deltas: list[Delta] = field(default_factory=list)
    rows: int = 0
    changes: int = 0
    shown: list[FieldChange] = field(default_factory=list)
    odd: dict[str, int] = field(default_factory=dict)
    """What is odd about what is set, and how often; it is taken in all the same."""
    errors: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def told(self) -> ImportPlan:
        """For a preview: the first changes and errors, and how many there are."""
        return ImportPlan(
            self.rows, len(self.deltas), self.changes, tuple(self.shown), tuple(self.errors[:_SHOWN]),
            len(self.errors), tuple(self.warnings()),
        )  # fmt: skip

    def look_at(self, fields: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary) -> None:
        """Note what is odd about fields that a row sets."""
        for name in fields.keys() - self._known:
            self._known.add(name)
            self._note(odd_field(name, vocabulary))
        for name, values in fields.items():
            for odd in odd_values(name, values):
                self._note(odd)

    def warnings(self) -> list[str]:
        """What is odd, the first things of it."""
        return [odd + (f" ({times} times)" if times > 1 else "") for odd, times in self.odd.items()]

    def _note(self, odd: str) -> None:
        if odd and (odd in self.odd or len(self.odd) < _ODD):
            self.odd[odd] = self.odd.get(odd, 0) + 1


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    place: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]
    given: Mapping[str, tuple[str, ...]]
    """The same before it was put right, which tells what nobody touched: lyrics may begin with spaces."""
    cells: bool
    refused: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Fields of originals whose names cannot be set here: why, and their values. They may stay as they are."""

    def leaves(self, name: str, now: Sequence[str]) -> bool:
        """Whether a field is to stay as it is now."""
        given = self.given.get(name, ())
        return tuple(now) in (given, self.fields[name]) or self._same(now, given)

    def problem(self, tags: Mapping[str, Sequence[str]]) -> str:
        """Why a track with these tags cannot have what the row says; empty where it can."""
        for name, (reason, values) in self.refused.items():
            now = tuple(tags.get(name, ()))
            if values != now and not self._same(now, values):
                return reason
        return crowded(tags, self.fields)

    def _same(self, now: Sequence[str], given: Sequence[str]) -> bool:
        """Whether a spreadsheet shows the same; it has one kind of line break."""
        return self.cells and _one_break(_cell(now)) == _one_break(_cell(given))


def export_tags(rows: Callable[[], Iterator[TrackRow]], kind: str, out: TextIO) -> int:
    """Write the tags of tracks as `csv` or `json`; how many tracks there were. `rows` is read twice for CSV."""
    return _export_csv(rows, out) if kind == "csv" else _export_json(rows(), out)


def _export_json(rows: Iterator[TrackRow], out: TextIO) -> int:
    count = 0
    out.write("[")
    for count, row in enumerate(rows, 1):
        out.write(("," if count > 1 else "") + "\n" + json.dumps(to_json(row), ensure_ascii=False))
    out.write("\n]\n")
    return count


def _export_csv(rows: Callable[[], Iterator[TrackRow]], out: TextIO) -> int:
    names = sorted({name for row in rows() for name in row.tags})
    writer = csv.writer(out)
    writer.writerow([*_PLACE, *names])
    count = 0
    for row in rows():
        cells = [_cell(row.tags.get(name, ())) for name in names]
        writer.writerow([row.path, row.part or "", row.drive_path, *cells])
        count += 1
    return count


def _cell(values: Sequence[str]) -> str:
    return "\n".join(values)


def _one_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plan_import(selection: Selection, path: Path) -> Plan:
    """What the file would change. A row is matched by `path` (of the original, or on the drive) with `part`, else by
    ISRC, else by MusicBrainz id; one that matches no track or several is an error. Raises ConfigError where the file
    cannot be read."""
    plan = Plan()
    rows = list(_read(path, plan.errors))
    plan.rows = len(rows)
    by_id = _by_id(selection, rows)
    vocabulary = selection.vocabulary()
    seen: dict[str, int] = {}
    for row in rows:
        found = _match(selection, row, by_id)
        if isinstance(found, str):
            plan.errors.append(f"row {row.number}: {found}")
            continue
        if found.key in seen:
            plan.errors.append(f"row {row.number}: the same track as row {seen[found.key]}")
            continue
        seen[found.key] = row.number
        problem = row.problem(found.tags)
        if problem:
            plan.errors.append(f"row {row.number}: {problem}")
            continue
        changed = {n: v for n, v in row.fields.items() if not row.leaves(n, found.tags.get(n, ()))}
        if changed:
            plan.deltas.append(Delta(found.key, changed))
            plan.changes += len(changed)
            plan.look_at(changed, vocabulary)
            for name, values in changed.items():
                if len(plan.shown) < _SHOWN:
                    place, before = found.path or found.source, found.tags.get(name, ())
                    plan.shown.append(FieldChange(place, name, before, values))
    return plan


def _read(path: Path, errors: list[str]) -> Iterator[_Row]:
    text = _text(path)
    cells = not text.lstrip().startswith(("[", "{"))
    rows = _csv_rows(path, text) if cells else _json_rows(path, text)
    for number, place, fields in rows:
        try:
            yield _row(number, place, fields, cells)
        except MusfuseError as error:
            errors.append(f"row {number}: {error}")


def _row(number: int, place: Mapping[str, str], fields: "_Fields", cells: bool) -> _Row:
    """A row, checked. Raises ConfigError, which names the field."""
    named: dict[str, list[str]] = {}
    refused: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, values in fields:
        try:
            field = checked_field(name)
        except MusfuseError as error:
            refused[name] = str(error), tuple(values)
        else:
            named.setdefault(field, []).extend(values)
    given = {name: tuple(values) for name, values in named.items()}
    return _Row(number, place, checked_values(named), given, cells, refused)


def _text(path: Path) -> str:
    """A file's text, with line breaks of any kind as one."""
    try:
        text = read_regular(path, MAX_FILE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: no text in UTF-8 (byte {error.start}); a table is CSV or JSON, as `musfuse tag export` writes it"
        ) from error
    return _one_break(text)


_Fields = Iterable[tuple[str, Sequence[str]]]


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, str], _Fields]]:
    csv.field_size_limit(1 << 20)
    try:
        reader = csv.DictReader(io.StringIO(text))
        names = reader.fieldnames or []
        if len(set(names)) != len(names):
            raise ConfigError(f"{path}: a column comes twice")
        for number, row in enumerate(reader, 2):
            if None in row or None in row.values():
                raise ConfigError(f"{path}: row {number} has not {len(names)} cells")
            place = {name: row[name].strip() for name in names if name in _PLACE}
            cells = [(name, row[name]) for name in names if name not in _PLACE and row[name].strip()]
            yield number, place, [(n, [v] if n.lower() in _ONE_VALUE else v.split("\n")) for n, v in cells]
    except csv.Error as error:
        raise ConfigError(f"{path}: not CSV: {error}") from error


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, str], _Fields]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(r, dict) and isinstance(r.get("tags"), dict) for r in rows):
        raise ConfigError(f'{path}: a list of {{"path": …, "tags": {{field: [value, …]}}}} is wanted')
    for number, row in enumerate(rows, 1):
        try:
            place = {name: _text_of(name, row[name]) for name in _PLACE if row.get(name) not in (None, "")}
        except ConfigError as error:
            raise ConfigError(f"{path}: row {number}: {error}") from None
        yield number, place, ((name, _texts(name, value)) for name, value in row["tags"].items())


def _texts(name: str, value: Any) -> list[str]:
    """The values of a field in JSON, a list or a single one."""
    return [_text_of(name, entry) for entry in (value if isinstance(value, list) else [value])]


def _text_of(name: str, value: Any) -> str:
    """Text, or a whole number; any other number would not come back as it was written. Raises ConfigError."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        shown = "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else json.dumps(value)
        raise ConfigError(f"{name}: text is wanted, not {shown}")
    return str(value)


def _by_id(selection: Selection, rows: Sequence[_Row]) -> dict[tuple[str, str], list[Selected]]:
    """Tracks by the ids that rows without a path are to be matched by, found in one pass."""
    wanted = {(n, v.lower()) for row in rows if not row.place.get("path") for n in _IDS for v in row.fields.get(n, ())}
    found: dict[tuple[str, str], list[Selected]] = {}
    for track in selection.everything() if wanted else ():
        for name in _IDS:
            for value in track.tags.get(name, ()):
                if (name, value.lower()) in wanted:
                    found.setdefault((name, value.lower()), []).append(track)
    return found


def _match(selection: Selection, row: _Row, by_id: Mapping[tuple[str, str], list[Selected]]) -> Selected | str:
    """The one track that a row means, or what is wrong."""
    places = [place for name in ("path", "drive_path") if (place := row.place.get(name))]
    for place in places:
        try:
            tracks = list(selection.of([(place, place)]))
        except MusfuseError:
            continue
        part = row.place.get("part") or ("0" if len(tracks) > 1 else None)
        tracks = [t for t in tracks if part is None or str(t.part) == part]
        if len(tracks) == 1:
            return tracks[0]
    if places:
        return f"{places[0]}: no such track, or more than one"
    for name in _IDS:
        for value in row.fields.get(name, ()):
            tracks = by_id.get((name, value.lower()), [])
            if len(tracks) > 1:
                return f"{name} {value}: {len(tracks)} tracks have it"
            if tracks:
                return tracks[0]
    return "neither path, ISRC nor MusicBrainz id of a track of this library"
