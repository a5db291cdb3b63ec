"""Path templates: `$field`, `${first|second|'text'}`, `[ … ]` parts that vanish, `$$ $[ $]`; parsed once."""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from musfuse.errors import TemplateError
from musfuse.library.albums import VARIOUS_ARTISTS, album_folder
from musfuse.library.names import clean, file_limit, fit_folders, safe_component
from musfuse.model import AudioFormat, TagSet

_NAME = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a template is rendered for. `extension` is the served one without its dot; `several_discs` tells whether the
    track's album is a set of more than one disc; `source` is the absolute path that `source_path` lies below;
    `various`: the track has no album artist, and its album is a compilation."""

    tags: TagSet
    format: AudioFormat
    source_path: str
    extension: str
    several_discs: bool
    source: str = ""
    various: bool = False


def _number(text: str | None, width: int) -> str | None:
    """`3`, `03` or `3/12` as a zero-padded number; anything else as it is."""
    if not text:
        return None
    first = text.split("/")[0].strip()
    return str(int(first)).zfill(width) if first.isascii() and first.isdigit() and len(first) < 10 else first or None


def _year(subject: Subject) -> str | None:
    match = re.search(r"\d{4}", subject.tags.first("date") or "")
    return match.group() if match else None


def _tag(name: str) -> Callable[[Subject], str | None]:
    def read(subject: Subject) -> str | None:
        values = subject.tags.get(name)
        return ", ".join(values) if values else None

    return read


def _stem(subject: Subject) -> str | None:
    name = subject.source_path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0] or name


def _album_artist(subject: Subject) -> str | None:
    return VARIOUS_ARTISTS if subject.various else _tag("albumartist")(subject)


def _folder(subject: Subject) -> str | None:
    return _last_name(subject.source_path.rpartition("/")[0], subject)


def _last_name(folder: str, subject: Subject) -> str | None:
    """That of a folder inside the source, or of the source itself."""
    return folder.rsplit("/", 1)[-1] or Path(subject.source).name or None


def _track_number(subject: Subject) -> str | None:
    return _number(subject.tags.first("tracknumber"), 2)


def _disc_number(subject: Subject) -> str | None:
    return _number(subject.tags.first("discnumber") or "1", 1) if subject.several_discs else None


def _or_none(number: int) -> str | None:
    return str(number) if number else None


FIELDS: dict[str, Callable[[Subject], str | None]] = {
    **{
        name: _tag(name)
        for name in (
            "title", "artist", "album", "genre", "date", "composer", "label", "catalognumber", "isrc",
            "conductor", "grouping", "media", "titlesort", "artistsort", "albumsort", "albumartistsort", "composersort",
            "discsubtitle", "originaldate", "language", "mood", "releasetype",
        )
    },
    "albumartist": _album_artist,
    "track": _track_number,
    "tracktotal": lambda s: _number(s.tags.first("tracktotal"), 2),
    "disc": _disc_number,
    "disctotal": lambda s: _number(s.tags.first("disctotal"), 1),
    "year": _year,
    "format": lambda s: s.extension.upper(),
    "codec": lambda s: s.format.codec,
    "bits": lambda s: _or_none(s.format.bits),
    "rate": lambda s: _or_none(s.format.sample_rate),
    "channels": lambda s: _or_none(s.format.channels),
    "filename": _stem,
    "folder": _folder,
}  # fmt: skip
FALLBACKS: dict[str, Callable[[Subject], str]] = {
    "title": lambda s: _stem(s) or "Untitled",
    "artist": lambda _: "Unknown Artist",
    "albumartist": lambda _: "Unknown Artist",
    "album": lambda s: _last_name(album_folder(s.source_path), s) or "Unknown Album",
    "genre": lambda _: "Unknown Genre",
    "composer": lambda _: "Unknown Composer",
    "track": lambda _: "00",
    "disc": lambda _: "1",
    "year": lambda _: "0000",
}


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


@dataclass(frozen=True, slots=True)
class _Field:
    names: tuple[str, ...]
    literal: str | None

    def value(self, subject: Subject) -> str | None:
        found = next((v for name in self.names if (v := FIELDS[name](subject))), None)
        return found if found is not None else self.literal

    def fallback(self, subject: Subject) -> str:
        return next((FALLBACKS[name](subject) for name in self.names if name in FALLBACKS), f"No {self.names[0]}")


@dataclass(frozen=True, slots=True)
class _Optional:
    parts: "tuple[_Part, ...]"


_Part = _Text | _Field | _Optional


@dataclass(frozen=True, slots=True)
class Rendered:
    """A wanted path: folder names and the file's name, all safe; `extension` with its dot, `limit` in UTF-16 units."""

    folders: tuple[str, ...]
    name: str
    extension: str
    limit: int


class Template:
    """A parsed template. Raises TemplateError, which points at the place, when it cannot be parsed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._components = _Parser(text).components()

    def render(self, subject: Subject) -> Rendered:
        """The path that a track wants; collisions are settled elsewhere."""
        texts = [_render(parts, subject) for parts in self._components]
        folders = fit_folders([safe_component(t) for t in texts[:-1] if t.strip()])
        extension = f".{clean(subject.extension)}" if subject.extension else ""
        limit = file_limit(folders)
        return Rendered(tuple(folders), safe_component(texts[-1], extension, limit), extension, limit)


def _render(parts: tuple[_Part, ...], subject: Subject) -> str:
    out = []
    for part in parts:
        if isinstance(part, _Text):
            out.append(part.text)
        elif isinstance(part, _Field):
            value = part.value(subject)
            out.append(clean(part.fallback(subject) if value is None else value))
        else:
            out.append(_optional(part.parts, subject))
    return "".join(out)


def _optional(parts: tuple[_Part, ...], subject: Subject) -> str:
    """The text, empty where a field directly inside is missing."""
    out = []
    for part in parts:
        if isinstance(part, _Text):
            out.append(part.text)
        elif isinstance(part, _Field):
            value = part.value(subject)
            if value is None:
                return ""
            out.append(clean(value))
        else:
            out.append(_optional(part.parts, subject))
    return "".join(out)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def components(self) -> tuple[tuple[_Part, ...], ...]:
        parts = tuple(self._parts(opened=None))
        found: list[list[_Part]] = [[]]
        position = 0
        for part in parts:
            if isinstance(part, _Text):
                first, *rest = part.text.split("/")
                found[-1].append(_Text(first))
                found += [[_Text(piece)] for piece in rest]
            else:
                found[-1].append(part)
        kept = [tuple(p for p in component if p != _Text("")) for component in found]
        if not self._text.strip():
            raise self._error(0, "is empty")
        for component in kept:
            if not component:
                position = (
                    0 if not kept[0] else max(0, self._text.find("//"), self._text.rfind("/") if not kept[-1] else 0)
                )
                raise self._error(position, "has an empty component; no / at the start, at the end or twice in a row")
            if all(isinstance(p, _Text) for p in component) and "".join(
                p.text for p in component if isinstance(p, _Text)
            ) in (".", ".."):
                raise self._error(self._text.find("."), "steps outside the drive")
        return tuple(kept)

    def _parts(self, opened: int | None) -> Iterator[_Part]:
        text = ""
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == "]" and opened is not None:
                break
            if char not in "$[]":
                text += char
                self._at += 1
                continue
            if char == "$" and self._text[self._at + 1 : self._at + 2] in ("$", "[", "]"):
                text += self._text[self._at + 1]
                self._at += 2
                continue
            if text:
                yield _Text(text)
                text = ""
            yield self._special(char)
        else:
            if opened is not None:
                raise self._error(opened, "[ without its ]")
        if text:
            yield _Text(text)

    def _special(self, char: str) -> _Part:
        start = self._at
        if char == "]":
            raise self._error(start, "] without its [ (write $] for the character)")
        self._at += 1
        if char == "$":
            return self._braced(start) if self._text[self._at : self._at + 1] == "{" else self._bare(start)
        parts = tuple(self._parts(opened=start))
        self._at += 1
        if any(isinstance(p, _Text) and "/" in p.text for p in parts):
            raise self._error(start, "[ … ] may not hold a /")
        if not any(isinstance(p, _Field | _Optional) for p in parts):
            raise self._error(start, "[ … ] holds no field, so it would never vanish")
        return _Optional(parts)

    def _bare(self, start: int) -> _Field:
        match = _NAME.match(self._text, self._at)
        if not match:
            raise self._error(start, "$ without a field's name (write $$ for the character)")
        self._at = match.end()
        return _Field((self._known(match.group(), match.start()),), None)

    def _braced(self, start: int) -> _Field:
        end = self._text.find("}", self._at)
        if end < 0:
            raise self._error(start, "${ without its }")
        names: list[str] = []
        literal = None
        position = self._at + 1
        for piece in self._text[position:end].split("|"):
            if literal is not None:
                raise self._error(position, "nothing may follow the quoted text, which is never missing")
            quoted = re.fullmatch(r"\s*(['\"])(.*)\1\s*", piece)
            if quoted and names:
                literal = quoted.group(2)
            else:
                names.append(self._known(piece.strip(), position))
            position += len(piece) + 1
        self._at = end + 1
        return _Field(tuple(names), literal)

    def _known(self, name: str, position: int) -> str:
        if name not in FIELDS:
            close = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(FIELDS))}"
            raise self._error(position, f"no field is called {name!r}; {hint}")
        return name

    def _error(self, position: int, problem: str) -> TemplateError:
        return TemplateError(self._text, position, problem)
