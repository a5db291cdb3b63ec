"""What an import says of tags: what is new, what a lock keeps, what stays behind a stronger source."""

from pathlib import Path

from drive.albums import ME, target

from library.imports.conftest import Planned
from musfuse.app.library import Library
from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.library.imports.saying import Said
from musfuse.model import TagSource


def test_what_is_new_is_counted_and_shown(planned: Planned, library: Library, music: Path) -> None:
    place = f"{music}/Ann/Best/One.flac"
    track = ForeignTrack("1", place, {"title": ("Uno",), "genre": ("Rock",), "artist": ("Ann",)})
    _, saying, pairs = planned([track])
    assert (saying.tracks, saying.fields, saying.hidden, saying.refused) == (1, 2, 0, 0)
    assert saying.shown == [Said(place, "title", ("One",), ("Uno",)), Said(place, "genre", (), ("Rock",))]
    change = library.collector.apply_delta(saying.deltas(pairs), TagSource.ORCHESTRATOR, "me", "import")
    library.tagging.adopt(change.seq)
    _, saying, _ = planned([track])
    assert (saying.tracks, saying.fields) == (0, 0)
    back = track._replace(tags={"title": ("One",)})
    _, saying, pairs = planned([back])
    assert [(one.before, one.after) for one in saying.shown] == [(("Uno",), ("One",))]
    assert [delta.fields for delta in saying.deltas(pairs)] == [{"title": None}]


def test_the_user_stays_in_front_and_locks_hold(planned: Planned, library: Library, music: Path) -> None:
    library.tagging.set(target("title:one"), ["genre=Jazz"], ME)
    library.tagging.lock(target("title:one"), ["album"], ME)
    track = ForeignTrack("1", f"{music}/Ann/Best/One.flac", {"genre": ("Rock",), "album": ("Worst",)})
    _, saying, _ = planned([track])
    assert (saying.fields, saying.hidden, saying.refused) == (1, 1, 1)
    _, saying, _ = planned([track], source=TagSource.USER)
    assert (saying.fields, saying.hidden, saying.refused) == (2, 0, 0)
