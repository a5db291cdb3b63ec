"""Embedded pictures of every container: the front first, what cannot be used told apart, hostile tags harmless."""

import base64
import logging
import random
from pathlib import Path

import mutagen
import pytest
import sound
from mutagen import id3
from mutagen.flac import Picture as MutagenPicture
from sound import FORMATS

from musfuse.errors import UnavailableError
from musfuse.media.art.facts import MAX_PICTURE
from musfuse.media.art.located import Located
from musfuse.media.embedded import EmbeddedCovers, locate
from musfuse.model import Picture
from musfuse.origins import LocalOrigin, MemoryOrigin


def test_the_front_cover_is_preferred(music: Path, origin: LocalOrigin) -> None:
    from mutagen import id3

    path = sound.write(music / "a.wav", title="T")
    other, front = sound.picture(10), sound.picture(20)
    import mutagen

    opened = mutagen.File(path)
    opened.tags.add(id3.APIC(encoding=3, mime="image/png", type=4, desc="back", data=other))
    opened.tags.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="front", data=front))
    opened.save()
    found = EmbeddedCovers(FORMATS).extract(origin, sound.source_file(origin, "a.wav"))
    assert found is not None
    assert found.data == front


def test_no_picture_and_broken_tags_are_none(music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "a.wav")
    (music / "b.wav").write_bytes(b"RIFF....WAVEid3 \xff\xff\xff\x7f")
    for name in ("a.wav", "b.wav"):
        assert EmbeddedCovers(FORMATS).extract(origin, sound.source_file(origin, name)) is None


FRONT, BACK = sound.picture(20), sound.picture(10, "JPEG")
COVERS = EmbeddedCovers(FORMATS)


def embed(path: Path, pictures: list[tuple[int, str, bytes]]) -> Path:
    """Put pictures into a file, however its container has them."""
    opened = mutagen.File(path)
    if path.suffix == ".m4a":
        opened["covr"] = [mutagen.mp4.MP4Cover(data, mutagen.mp4.MP4Cover.FORMAT_PNG) for _, _, data in pictures]
    elif path.suffix == ".wv":
        names = {3: "Cover Art (Front)", 4: "Cover Art (Back)"}
        for kind, _, data in pictures:
            opened[names[kind]] = mutagen.apev2.APEValue(b"x.png\0" + data, 1)
    elif path.suffix in (".flac", ".ogg", ".opus"):
        made = []
        for kind, words, data in pictures:
            picture = MutagenPicture()
            picture.type, picture.desc, picture.mime, picture.data = kind, words, "image/png", data
            made.append(picture)
            if path.suffix == ".flac":
                opened.add_picture(picture)
        if path.suffix != ".flac":
            opened["metadata_block_picture"] = [base64.b64encode(picture.write()).decode() for picture in made]
    else:
        if opened.tags is None:
            opened.add_tags()
        for kind, words, data in pictures:
            opened.tags.add(id3.APIC(encoding=3, mime="image/png", type=kind, desc=words, data=data))
    opened.save()
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("plain")
    found = {name: sound.write(folder / f"a.{name}", 2000) for name in ("wav", "flac", "mp3", "aiff", "ogg")}
    for name, options in (("m4a", ("-c:a", "aac")), ("opus", ("-c:a", "libopus")), ("wv", ()), ("tta", ())):
        found[name] = sound.convert(found["wav"], folder / f"a.{name}", *options)
    return found


def copied(plain: dict[str, Path], kind: str, music: Path) -> Path:
    made = music / f"a.{kind}"
    made.write_bytes(plain[kind].read_bytes())
    return made


@pytest.mark.parametrize("kind", ["flac", "mp3", "aiff", "wav", "ogg", "opus", "wv", "m4a", "tta"])
def test_pictures_of_every_container(plain: dict[str, Path], music: Path, origin: LocalOrigin, kind: str) -> None:
    path = embed(copied(plain, kind, music), [(4, "behind", BACK), (3, "front", FRONT)])
    file = sound.source_file(origin, path.name)
    kinds, first, words = [3, 4], FRONT, "front"
    if kind == "m4a":
        kinds, first, words = [3, 3], BACK, ""
    elif kind == "wv":
        words = ""
    found = COVERS.extract(origin, file)
    assert found is not None
    assert (found.data, found.picture.kind, found.picture.description) == (first, 3, words)
    assert (found.picture.width, found.picture.size) == ((10 if kind == "m4a" else 20), len(first))
    listed = COVERS.pictures(origin, file)
    assert listed[0] == found.picture
    assert [p.kind for p in listed] == kinds
    with path.open("rb") as reader:
        peeked = COVERS.peek(reader, path.stat().st_size)
    assert peeked == Picture("", len(first), found.picture.mime, 3, words)


def test_one_that_cannot_be_used_gives_way_to_the_next(
    plain: dict[str, Path], music: Path, origin: LocalOrigin
) -> None:
    large = FRONT + bytes(MAX_PICTURE)
    path = embed(copied(plain, "flac", music), [(3, "broken", FRONT[:60]), (3, "large", large), (4, "back", BACK)])
    file = sound.source_file(origin, path.name)
    found = COVERS.extract(origin, file)
    assert found is not None
    assert (found.data, found.picture.kind) == (BACK, 4)
    broken, large_one, back = COVERS.pictures(origin, file)
    assert broken == Picture("", 60, "image/png", 3, "broken")
    assert large_one == Picture("", len(large), "", 3, "large")
    assert back == found.picture
    none = embed(copied(plain, "mp3", music), [(3, "", b"no picture at all")])
    assert COVERS.extract(origin, sound.source_file(origin, none.name)) is None
    with none.open("rb") as reader:
        assert COVERS.peek(reader, none.stat().st_size) is None


def test_sixteen_are_looked_at(plain: dict[str, Path], music: Path, origin: LocalOrigin) -> None:
    for broken, found in ((15, FRONT), (16, None)):
        path = embed(copied(plain, "flac", music), [(3, "", b"none")] * broken + [(3, "", FRONT)])
        got = COVERS.extract(origin, sound.source_file(origin, path.name))
        assert (got.data if got else None) == found
        assert len(COVERS.pictures(origin, sound.source_file(origin, path.name))) == 16


def test_a_picture_that_files_share_keeps_what_each_says_of_it(
    plain: dict[str, Path], music: Path, origin: LocalOrigin
) -> None:
    covers = EmbeddedCovers(FORMATS)
    one = embed(copied(plain, "flac", music), [(3, "one", FRONT)])
    two = embed(copied(plain, "mp3", music), [(4, "two", FRONT)])
    facts = [covers.extract(origin, sound.source_file(origin, path.name)) for path in (one, two)]
    assert [(f.picture.kind, f.picture.description) for f in facts if f] == [(3, "one"), (4, "two")]
    assert len({f.picture.digest for f in facts if f}) == 1


def test_a_read_that_fails_is_no_file_without_pictures(plain: dict[str, Path]) -> None:
    class Failing(MemoryOrigin):
        def read(self, *_: object, **__: object) -> bytes:
            raise UnavailableError("unplugged")

    origin = Failing("m", {"a.mp3": plain["mp3"].read_bytes()})
    file = sound.source_file(origin, "a.mp3")
    for call in (COVERS.extract, COVERS.pictures):
        with pytest.raises(UnavailableError):
            call(origin, file)


def test_damaged_files_have_no_pictures(plain: dict[str, Path], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "musfuse.media.embedded")
    whole = embed(plain["mp3"], [(3, "", FRONT)]).read_bytes()
    noise = random.Random(1).randbytes(3000)
    for data in (
        b"",
        b"fLaC" + noise,
        b"OggS" + noise,
        b"RIFF" + noise,
        b"\0\0\0\x20ftypM4A " + noise,
        whole[:300],
        b"MAC " + noise,
    ):
        origin = MemoryOrigin("m", {"a.x": data})
        file = sound.source_file(origin, "a.x")
        assert COVERS.extract(origin, file) is None
        assert [p for p in COVERS.pictures(origin, file) if p.digest] == []


def test_where_pictures_lie_is_told_without_reading_them(plain: dict[str, Path], music: Path) -> None:
    path = embed(copied(plain, "flac", music), [(4, "", BACK), (3, "", FRONT)])
    data = path.read_bytes()
    with path.open("rb") as reader:
        found = locate(FORMATS, reader, len(data))
    assert found is not None
    assert [data[p.start : p.start + p.length] for p in found if isinstance(p, Located)] == [FRONT, BACK]
    ogg = embed(copied(plain, "ogg", music), [(3, "", FRONT)])
    with ogg.open("rb") as reader:
        assert locate(FORMATS, reader, ogg.stat().st_size) is None  # its comments have to be decoded
