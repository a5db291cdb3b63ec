"""Templates of paths and of lines: `$field`, `${first|second|'text'}`, `[ … ]` parts that vanish, `$$ $[ $]`."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from musfuse.errors import TemplateError
from musfuse.library.names import clean, folder_names, safe_component
from musfuse.library.template_fields import FALLBACKS, FIELDS, LINE_FIELDS, Reader, Subject

_NAME = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


@dataclass(frozen=True, slots=True)
class _Field:
    names: tuple[str, ...]
    readers: tuple[Reader, ...]
    literal: str | None

    def value(self, subject: Subject) -> str | None:
        found = next((v for read in self.readers if (v := read(subject))), None)
        return found if found is not None else self.literal

    def counting(self, subject: Subject) -> str:
        """The name of the field whose value is taken; the first one where none has any."""
        pairs = zip(self.names, self.readers, strict=True)
        return next((name for name, read in pairs if read(subject)), self.names[0])

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
        self._components = _Parser(text, FIELDS).components()

    def render(self, subject: Subject) -> Rendered:
        """The path that a track wants; collisions are settled elsewhere."""
        texts = [_render(parts, subject, clean) for parts in self._components]
        folders, limit = folder_names(tuple(texts[:-1]))
        extension = f".{clean(subject.extension)}" if subject.extension else ""
        return Rendered(folders, safe_component(texts[-1], extension, limit), extension, limit)

    def reading(self, folders: Sequence[str], subject: Subject) -> dict[str, str] | None:
        """The way back: by their names, the fields that would have to be something else than they are for the track to
        lie in these folders, and what. Of `${first|second}` that one is meant which counts now. None where the
        folders' names cannot be read so; what is read may be something else than the template would make of it."""
        patterns = self._components[:-1]
        if len(patterns) != len(folders):
            return None
        said: dict[str, str] = {}
        for parts, folder in zip(patterns, folders, strict=True):
            groups: list[_Field] = []
            match = re.fullmatch(_pattern(parts, groups), folder)
            if match is None:
                return None
            for field, text in zip(groups, match.groups(), strict=True):
                if text is None or text == _spoken(field, subject):
                    continue
                if said.setdefault(field.counting(subject), text) != text:
                    return None
        return said


class Line:
    """A parsed template of a line about a track: with more fields, and nothing in it means a folder. Raises
    TemplateError."""

    def __init__(self, text: str) -> None:
        self._parts = _Parser(text, LINE_FIELDS).line()

    def render(self, subject: Subject) -> str:
        """The line, with values as they are: they may hold anything, line breaks too."""
        return _render(self._parts, subject, str)


def _pattern(parts: tuple[_Part, ...], groups: list[_Field]) -> str:
    """An expression for the name of a folder, with a group for each field, which is added to `groups`."""
    out = []
    for part in parts:
        if isinstance(part, _Text):
            out.append(re.escape(part.text))
        elif isinstance(part, _Field):
            groups.append(part)
            out.append(r"(\d{4})" if part.names == ("year",) else "(.+?)")
        else:
            out.append(f"(?:{_pattern(part.parts, groups)})?")
    return "".join(out)


def _spoken(field: _Field, subject: Subject) -> str:
    """A field as it stands in the name of a folder."""
    value = field.value(subject)
    return clean(field.fallback(subject) if value is None else value)


def _render(parts: tuple[_Part, ...], subject: Subject, tidy: Callable[[str], str]) -> str:
    out = []
    for part in parts:
        if isinstance(part, _Text):
            out.append(part.text)
        elif isinstance(part, _Field):
            value = part.value(subject)
            out.append(tidy(part.fallback(subject) if value is None else value))
        else:
            out.append(_optional(part.parts, subject, tidy))
    return "".join(out)


def _optional(parts: tuple[_Part, ...], subject: Subject, tidy: Callable[[str], str]) -> str:
    """The text, empty where a field directly inside is missing."""
    out = []
    for part in parts:
        if isinstance(part, _Text):
            out.append(part.text)
        elif isinstance(part, _Field):
            value = part.value(subject)
            if value is None:
                return ""
            out.append(tidy(value))
        else:
            out.append(_optional(part.parts, subject, tidy))
    return "".join(out)


class _Parser:
    def __init__(self, text: str, fields: Mapping[str, Reader]) -> None:
        self._text, self._fields = text, fields
        self._at = 0
        self._folders = False

    def line(self) -> tuple[_Part, ...]:
        if not self._text:
            raise self._error(0, "is empty")
        return tuple(self._parts(opened=None))

    def components(self) -> tuple[tuple[_Part, ...], ...]:
        self._folders = True
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
        if self._folders and any(isinstance(p, _Text) and "/" in p.text for p in parts):
            raise self._error(start, "[ … ] may not hold a /")
        if not any(isinstance(p, _Field | _Optional) for p in parts):
            raise self._error(start, "[ … ] holds no field, so it would never vanish")
        return _Optional(parts)

    def _bare(self, start: int) -> _Field:
        match = _NAME.match(self._text, self._at)
        if not match:
            raise self._error(start, "$ without a field's name (write $$ for the character)")
        self._at = match.end()
        return self._field([self._known(match.group(), match.start())], None)

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
        return self._field(names, literal)

    def _field(self, names: list[str], literal: str | None) -> _Field:
        return _Field(tuple(names), tuple(self._fields[name] for name in names), literal)

    def _known(self, name: str, position: int) -> str:
        if name not in self._fields:
            close = difflib.get_close_matches(name, self._fields, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(self._fields))}"
            raise self._error(position, f"no field is called {name!r}; {hint}")
        return name

    def _error(self, position: int, problem: str) -> TemplateError:
        return TemplateError(self._text, position, problem)
