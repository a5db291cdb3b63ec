"""Looking into files: whatever goes wrong with one is part of the answer."""

from pathlib import Path

import mutagen.wave
import pytest
import sound
from mutagen.id3 import APIC
from sound import FORMATS

from musfuse.errors import UNEXPECTED
from musfuse.media.art.facts import MAX_PICTURE, NOT_USED
from musfuse.media.inspecting.inspect import Inspector
from musfuse.media.inspecting.inspection import Inspection, InspectionKind
from musfuse.origins import LocalOrigin


def inspected(origin: LocalOrigin, name: str, kind: InspectionKind = InspectionKind.ORIGINAL) -> Inspection:
    return Inspector(FORMATS).inspect(origin, sound.source_file(origin, name), kind)


def test_an_original_with_its_picture(origin: LocalOrigin, music: Path) -> None:
    data = sound.picture(40)
    sound.add_picture(sound.write(music / "a.mp3", 9000, title="One"), data)
    sound.add_picture(sound.write(music / "b.mp3", 9000, title="Two"), data)
    for name, title in (("a.mp3", "One"), ("b.mp3", "Two")):
        found = inspected(origin, name)
        assert found.reading is not None
        assert found.reading.picture is not None
        assert (found.reading.tags["title"], found.reading.picture.size, found.problem) == ((title,), len(data), "")


def test_what_is_made_into_flac_brings_its_picture_along(origin: LocalOrigin, music: Path) -> None:
    data = sound.picture(40)
    wav = sound.write(music / "a.wav", 1000, title="One")
    tagged = mutagen.wave.WAVE(wav)
    tagged.tags.add(APIC(mime="image/png", type=3, data=data))
    tagged.save()
    found = inspected(origin, "a.wav")
    assert found.picture is not None
    assert found.picture.data == data
    assert found.reading is not None
    assert found.reading.picture == found.picture.picture
    assert inspected(origin, "a.wav", InspectionKind.COVER).picture == found.picture


def test_a_sheet_is_read_as_one(origin: LocalOrigin, music: Path) -> None:
    (music / "a.cue").write_text('FILE "a.wav" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n')
    found = inspected(origin, "a.cue")
    assert found.reading is not None
    ((kind, text),) = found.reading.sheets
    assert (kind, b"TRACK 01" in text) == ("cue", True)


@pytest.mark.parametrize("kind", [InspectionKind.FRONT, InspectionKind.OTHER])
def test_a_picture_beside_the_audio(origin: LocalOrigin, music: Path, kind: InspectionKind) -> None:
    (music / "p.png").write_bytes(sound.picture(40))
    found = inspected(origin, "p.png", kind)
    assert found.picture is not None
    assert (found.picture.picture.width, found.picture.picture.kind) == (40, 3 if kind is InspectionKind.FRONT else 4)
    (music / "p.png").write_bytes(b"no picture at all")
    assert inspected(origin, "p.png", kind).problem
    assert inspected(origin, "p.png", kind).picture is None


def test_a_picture_that_is_too_large_is_not_read(
    origin: LocalOrigin, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (music / "p.png").open("wb") as file:
        file.truncate(MAX_PICTURE + 1)
    monkeypatch.setattr(LocalOrigin, "read", lambda *_: pytest.fail("it is read"))
    found = inspected(origin, "p.png", InspectionKind.FRONT)
    assert "they are not used" in found.problem
    assert not found.again


def test_damage_is_the_files_and_absence_the_origins(origin: LocalOrigin, music: Path) -> None:
    (music / "a.flac").write_bytes(b"fLaC")
    damaged = inspected(origin, "a.flac")
    assert (damaged.again, damaged.error) == (False, "MalformedError")
    file = sound.source_file(origin, "a.flac")
    (music / "a.flac").unlink()
    origin.close()  # else the file stays open
    gone = Inspector(FORMATS).inspect(LocalOrigin("again", str(music)), file, InspectionKind.ORIGINAL)
    assert (gone.again, gone.error) == (True, "NotFoundError")
    assert "a.flac" in gone.problem


@pytest.mark.expects_errors
@pytest.mark.parametrize(
    ("error", "said"), [(MemoryError(), "takes more memory than any sound file does"), (KeyError("x"), UNEXPECTED)]
)
def test_nothing_that_a_reader_raises_comes_out(
    origin: LocalOrigin, music: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    sound.write(music / "a.flac", 100)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("musfuse.media.inspecting.inspect.read_original", fail)
    found = inspected(origin, "a.flac")
    assert said in found.problem
    assert "a.flac" in found.problem


def test_a_cover_that_is_too_large_is_told_of(
    origin: LocalOrigin, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound.add_picture(sound.write(music / "b.mp3", 9000), sound.picture(40))
    monkeypatch.setattr("musfuse.media.inspecting.inspect.MAX_PICTURE", 10)
    found = inspected(origin, "b.mp3")
    assert found.reading is not None
    assert NOT_USED in found.reading.notes
    assert found.reading.picture is None
