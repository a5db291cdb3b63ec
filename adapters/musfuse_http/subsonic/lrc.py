"""Lyrics with times, as LRC has them: `[01:02.34]line`, several times before one line, `<01:02.34>` before its
words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TIME = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_WORD = re.compile(r"<(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?>")
_HEAD = re.compile(r"\[([a-zA-Z]+):([^\]]*)\]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?", re.IGNORECASE)
MOST_BYTES, _LINES, _LONGEST = 1 << 20, 5000, 2000


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: when it begins, in ms, and which bytes of the line it is, [first, last]."""

    start: int
    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line; `start` in ms, None where no time is given."""

    start: int | None
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Lyrics:
    """Lyrics in one language (`und` where that is not said), in order of time where they have times. They are sung
    `offset` ms earlier than their times say."""

    lines: Sequence[SungLine]
    language: str = "und"
    offset: int = 0

    @property
    def synced(self) -> bool:
        """Whether lines have times."""
        return any(line.start is not None for line in self.lines)


def parsed(text: str) -> Lyrics:
    """The lyrics of a text, whether it has times or none."""
    timed, plain, heads = list[SungLine](), list[SungLine](), dict[str, str]()
    for raw in text[:MOST_BYTES].replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_LINES]:
        rest, times = raw.strip()[:_LONGEST], list[int]()
        while (found := _TIME.match(rest)) is not None:
            times.append(_ms(found))
            rest = rest[found.end() :].lstrip()
        head = _HEAD.fullmatch(rest) if not times else None
        if head is not None:
            heads[head[1].lower()] = head[2].strip()
            continue
        line, words = _words(rest)
        timed += [SungLine(time, line, words) for time in times[:100]]
        if not times:
            plain.append(SungLine(None, line))
    language = heads.get("la", heads.get("language", "")).lower()
    language = language if _LANGUAGE.fullmatch(language) else "und"
    if timed:
        return Lyrics(
            sorted(timed, key=lambda one: one.start or 0)[:_LINES], language, _offset(heads.get("offset", ""))
        )
    while plain and not plain[-1].text:
        plain.pop()
    while plain and not plain[0].text:
        plain.pop(0)
    return Lyrics(plain, language)


def _words(text: str) -> tuple[str, tuple[Word, ...]]:
    """A line without the times of its words, and the words."""
    marks = list(_WORD.finditer(text))
    if not marks:
        return text, ()
    line, words = text[: marks[0].start()], list[Word]()
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        part = text[mark.end() : following.start() if following is not None else len(text)]
        size = len(part.encode("utf-8", "replace"))
        if size:
            at = len(line.encode("utf-8", "replace"))
            words.append(Word(_ms(mark), at, at + size - 1, part))
        line += part
    return line, tuple(words)


def _ms(found: "re.Match[str]") -> int:
    fraction = (found[3] or "0").ljust(3, "0")
    return (int(found[1]) * 60 + int(found[2])) * 1000 + int(fraction)


def _offset(text: str) -> int:
    return int(text) if re.fullmatch(r"[+-]?\d{1,7}", text) else 0
