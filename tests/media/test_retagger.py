"""Originals that are served with other tags; those that do not take them are served as they are."""

from dataclasses import replace
from pathlib import Path

import mutagen
import pytest
import sound
from sound import FORMATS

from media.conftest import Studio
from musfuse.errors import MalformedError, SourceChangedError
from musfuse.media import planning
from musfuse.media.embedded import EmbeddedCovers
from musfuse.media.rendition_tags import RenditionTags
from musfuse.media.retagger import Retagger
from musfuse.model import TagSet, Track
from musfuse.store import PictureStore


class Room:
    def __init__(self, studio: Studio) -> None:
        self.origin, self.refused = studio.origin, list[str]()
        pictures = PictureStore(studio.store)
        tags = RenditionTags(FORMATS, pictures, EmbeddedCovers(FORMATS))
        self.studio = studio
        self.retagger = Retagger(FORMATS, tags, pictures, lambda _, why: self.refused.append(why))

    def track(self, name: str, **tags: str) -> Track:
        made = self.studio.track(name, "original", index=False, title="Old")
        return replace(made, embedded=made.tags, tags=TagSet({key: [value] for key, value in tags.items()}))

    def bytes_of(self, track: Track) -> bytes:
        layout = self.retagger.layout(track, self.origin)
        data = layout.read_at(0, layout.size)
        assert len(data) == layout.size
        layout.close()
        return data


@pytest.fixture
def room(studio: Studio) -> Room:
    return Room(studio)


def test_the_tags_are_others_and_the_audio_is_the_same(room: Room, music: Path, tmp_path: Path) -> None:
    original = sound.write(music / "a.flac", 9000, title="Old")
    out = tmp_path / "out.flac"
    out.write_bytes(room.bytes_of(room.track("a.flac", title="New")))
    assert mutagen.File(out)["title"] == ["New"]
    assert sound.ffmpeg_md5(out) == sound.ffmpeg_md5(original)
    sound.flac_test(out)
    assert room.refused == []


def test_where_nothing_changes_it_is_the_original_and_nothing_is_read(
    room: Room, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = sound.write(music / "a.flac", 9000, title="Old")
    one = room.track("a.flac", title="Old")
    monkeypatch.setattr(planning, "plan", lambda *_: pytest.fail("it is planned"))
    assert room.bytes_of(one) == original.read_bytes()


def test_a_header_is_planned_once_for_each_version(room: Room, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound.write(music / "a.flac", 9000, title="Old")
    planned, plan = list[int](), planning.plan

    def counted(*given):  # type: ignore[no-untyped-def]
        planned.append(1)
        return plan(*given)

    monkeypatch.setattr(planning, "plan", counted)
    one = room.track("a.flac", title="New")
    assert room.bytes_of(one) == room.bytes_of(one)
    assert len(planned) == 1
    room.bytes_of(replace(one, version=one.version + 1, tags=TagSet({"title": ["Newer"]})))
    assert len(planned) == 2


def test_an_original_that_takes_no_tags_is_served_as_it_is_and_that_is_told(room: Room, music: Path) -> None:
    wma = sound.convert(sound.write(music / "a.wav", 9000), music / "a.wma")
    assert room.bytes_of(room.track("a.wma", title="New")) == wma.read_bytes()
    assert len(room.refused) == 1
    assert "are not rewritten" in room.refused[0]


@pytest.mark.expects_errors
def test_a_planner_that_fails_costs_the_tags_alone(room: Room, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = sound.write(music / "a.flac", 9000, title="Old")

    def fail(*_: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(planning, "plan", fail)
    assert room.bytes_of(room.track("a.flac", title="New")) == original.read_bytes()
    assert len(room.refused) == 1


def test_a_header_that_points_outside_is_the_files_damage(
    room: Room, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound.write(music / "a.flac", 9000, title="Old")

    def fail(*_: object) -> None:
        raise OSError("seek")

    monkeypatch.setattr(planning, "plan", fail)
    with pytest.raises(MalformedError, match="points outside of the file"):
        room.bytes_of(room.track("a.flac", title="New"))


def test_an_original_that_changed_is_told(room: Room, music: Path) -> None:
    path = sound.write(music / "a.flac", 9000, title="Old")
    one = room.track("a.flac", title="New")
    sound.write(path, 8000, title="Other", seed=2)
    room.origin.let_go()
    with pytest.raises(SourceChangedError):
        room.bytes_of(one)
    assert room.refused == []


def test_it_takes_every_stream_and_tells_what_its_bytes_depend_on(room: Room, music: Path) -> None:
    sound.write(music / "a.flac", 100)
    assert room.retagger.accepts(room.track("a.flac").format)
    assert room.retagger.token().startswith("retagged/")
