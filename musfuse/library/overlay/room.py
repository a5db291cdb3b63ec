"""What a file can carry: a change that would leave a track with more than a block holds is refused, and nothing cut."""

from collections.abc import Mapping, Sequence

from musfuse.errors import ConfigError
from musfuse.library.overlay.value import Overlay, merge, split_key
from musfuse.media.tags.vorbis import ROOM, entries_size
from musfuse.model import TagSet

Values = Mapping[str, Sequence[str]]


def crowded(before: Values, changed: Values) -> str:
    """Why tags with these fields changed fit no FLAC file, whose block has 16 MiB; empty where they do, and where they
    are no larger than before."""
    after = {**before, **changed}
    if sum(5 + 4 * (len(name) + len(value)) for name in after for value in after[name]) <= ROOM:  # that is the most
        return ""
    size = entries_size(after)
    if size <= ROOM or size <= entries_size(before):
        return ""
    name = max(after, key=lambda name: entries_size({name: after[name]}))
    return f"its tags would have {size:,} bytes, most of them in {name}; the tags of a FLAC file can have {ROOM:,}"


def check_room(key: str, before: Overlay, after: Overlay, stored: int) -> None:
    """Raise ConfigError where what is said of a track would not fit, the original's own tags aside. `stored`: the bytes
    that `after` has as JSON, in which each value has two quotes and a comma at least."""
    longest = max(map(len, after.fields), default=0)
    if stored * (2 + 4 * longest) <= ROOM:  # far less than there is room for, as nearly always
        return
    said = merge(TagSet(), after)
    problem = crowded(merge(TagSet(), before), {**dict.fromkeys(before.fields, ()), **said})
    if problem:
        raise ConfigError(f"{split_key(key)[1]}: {problem}; nothing was changed")
