"""Fields and values as people give them, checked."""

from collections.abc import Mapping, Sequence

from musfuse.errors import ConfigError
from musfuse.library.overlay.value import ALL_FIELDS
from musfuse.media.tags.fields import PAIRS, field_name, is_field_name
from musfuse.media.tags.vorbis import ROOM, entries_size

MAX_VALUE = 256 * 1024


def parse_assignments(assignments: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """FIELD=VALUE texts as values by field. Raises ConfigError."""
    fields: dict[str, list[str]] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"{text}: FIELD=VALUE is wanted; a field without a value is `{text}=`")
        fields.setdefault(checked_field(name), []).append(value)
    if not fields:
        raise ConfigError("nothing to set: FIELD=VALUE is wanted behind the targets")
    return checked_values(fields)


def checked_field(name: str) -> str:
    """Our name of a field; raises ConfigError for one that formats cannot hold."""
    field = field_name(name)
    if not is_field_name(field) or ":" in field or field == ALL_FIELDS:
        raise ConfigError(f"{name!r}: no name of a field; letters, digits, spaces and most signs can be used")
    return field


def checked_values(fields: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Values as they are kept; `3/12` is a number and a total. Raises ConfigError."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in fields.items():
        kept = [value.strip() for value in values if value.strip()]
        if any(len(value.encode("utf-8", "replace")) > MAX_VALUE or "\0" in value for value in kept):
            raise ConfigError(f"{name}: a value over {MAX_VALUE // 1024} KiB, or with a NUL in it")
        if name in PAIRS and kept and "/" in kept[0]:
            number, _, total = kept[0].partition("/")
            kept = [number.strip()] if number.strip() else []
            found.setdefault(PAIRS[name], (total.strip(),) if total.strip() else ())
        found[name] = tuple(dict.fromkeys(kept))
    _check_room(found)
    return found


def _check_room(fields: Mapping[str, tuple[str, ...]]) -> None:
    """Raise ConfigError where a FLAC cannot carry these: the length of its blocks has 24 bits (RFC 9639 §8.1)."""
    sizes = {name: entries_size({name: values}) for name, values in fields.items()}
    if sum(sizes.values()) <= ROOM:
        return
    name = max(sizes, key=lambda name: sizes[name])
    raise ConfigError(
        f"{name}: {len(fields[name])} values of {sizes[name]:,} bytes"
        + (f", with the other fields {sum(sizes.values()):,}" if len(sizes) > 1 else "")
        + f"; the tags of a FLAC file can have {ROOM:,}"
    )
