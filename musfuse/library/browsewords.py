"""What somebody types into a search box, as expressions of FTS5 for the words of tracks and of names."""

from musfuse.library.text.folding import fold, is_unspaced, pairs, runs

_LONGEST, _MOST = 256, 12
_ANYWHERE = "{title artist album albumartist}"


def parts_of(text: str) -> list[str]:
    """The terms that somebody looks for: words, and neighbours in runs of scripts without spaces."""
    found: list[str] = []
    for run in runs(fold(text[:_LONGEST])):
        found += (pairs(run)[:-1] or [run]) if is_unspaced(run[0]) else [run]
    return found[:_MOST]


def name_expression(text: str) -> str:
    """What finds names in which every word begins so; '' where there is no word."""
    return " AND ".join(map(_begins, parts_of(text)))


def track_expressions(text: str) -> list[str]:
    """What finds tracks, best first: words of the title, words of title, artist and album, what begins so."""
    parts = parts_of(text)
    if not parts:
        return []
    whole = " AND ".join(f'"{part}"' for part in parts)
    return [f"title : ({whole})", f"{_ANYWHERE} : ({whole})", f"{_ANYWHERE} : ({' AND '.join(map(_begins, parts))})"]


def _begins(part: str) -> str:
    return f'"{part}"' if len(part) > 1 and is_unspaced(part[0]) else f'"{part}" *'
