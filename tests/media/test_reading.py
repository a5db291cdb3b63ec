"""What the scanner gets to know of a file: the corpus file by file, content before names, tags of every container."""

from pathlib import Path

import pytest
import sound
from conftest import manifest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sound import FORMATS

from musfuse.errors import MalformedError
from musfuse.media.containers.front import id3v2_length
from musfuse.media.containers.mpeg import check_mpeg, find_adts
from musfuse.media.formats.flac.facts import parse_streaminfo
from musfuse.media.reading import read_original
from musfuse.media.tags.fields import field_name
from musfuse.model import SourceFile
from musfuse.origins import LocalOrigin, MemoryOrigin

READ_HERE = {"flac", "wav", "aiff"}
# Malformed by the manifest, but sound to us: libsndfile reads big-endian RIFF, and a format that ffmpeg only lacks
# is not malformed. The stubs hold a whole RIFF header and 14 samples, whatever their names say.
SOUND_TO_US = {"rifx.wav"}


def test_every_file_of_the_corpus(corpus: Path) -> None:
    """Valid files of the formats read here appear; malformed ones are reported, as skipped or with a remark."""
    origin = LocalOrigin("c", str(corpus))
    wrong = []
    for row in manifest():
        path, note = row["path"], row["note"]
        if row["format"] not in READ_HERE or path.rsplit(".", 1)[-1].lower() not in FORMATS.extensions:
            continue
        try:
            reading = read_original(FORMATS, origin, sound.source_file(origin, path))
            shown, remarks = True, reading.notes
        except MalformedError as error:
            shown, remarks = False, (str(error),)
            assert path in str(error)
        if note.startswith("valid") and not shown:
            wrong.append((path, remarks, note))
        if note.startswith(("malformed", "undecodable")) and not remarks and Path(path).name not in SOUND_TO_US:
            wrong.append((path, "no remark", note))
    assert not wrong


def test_every_other_file_of_the_corpus_is_shown_or_refused_with_a_reason(corpus: Path) -> None:
    origin = LocalOrigin("c", str(corpus))
    shown = 0
    for row in manifest():
        path = row["path"]
        if row["format"] in READ_HERE or path.rsplit(".", 1)[-1].lower() not in FORMATS.extensions:
            continue
        try:
            read_original(FORMATS, origin, sound.source_file(origin, path))
        except MalformedError as error:
            assert path in str(error)
            assert not row["note"].startswith("valid:"), (path, str(error))
            continue
        shown += 1
    assert shown > 120


def test_content_decides_not_the_name(music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "a.wav").rename(music / "a.flac")
    assert read_original(FORMATS, origin, sound.source_file(origin, "a.flac")).format.container == "wav"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["a.flac", "a.wav", "a.aiff", "a.mp3", "a.ogg"]), st.data())
def test_flipped_and_cut_bytes_never_do_worse_than_malformed(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    seeds = tmp_path_factory.getbasetemp() / "seeds"
    if not (seeds / name).exists():
        sound.write(seeds / name, 9000, title="T", artist="A")
    raw = bytearray((seeds / name).read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, min(len(raw) - 1, 300)))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    origin = MemoryOrigin("m", {name: bytes(raw)})
    stat = origin.stat(name)
    try:
        reading = read_original(FORMATS, origin, SourceFile("m", name, stat.stamp, stat.ident))
    except MalformedError as error:
        assert name in str(error)
    else:
        assert sum(len(v) for values in reading.tags.values() for v in values) <= 2 << 20


@given(st.binary(max_size=64))
def test_sniffing_anything(data: bytes) -> None:
    FORMATS.announced(data)
    assert id3v2_length(data) >= 0
    find_adts(data)
    with pytest.raises(MalformedError):
        check_mpeg(data[:3], whole=True)
    if len(data) != 34:
        with pytest.raises(MalformedError):
            parse_streaminfo(data)


def test_an_empty_file_is_malformed(music: Path, origin: LocalOrigin) -> None:
    (music / "e.flac").touch()
    with pytest.raises(MalformedError, match="empty"):
        read_original(FORMATS, origin, sound.source_file(origin, "e.flac"))


def test_free_form_names() -> None:
    assert field_name("MusicBrainz Album Id") == "musicbrainz_albumid"
    assert field_name("Album Artist") == "albumartist"
    assert field_name("WM/Year") == "date"
    assert field_name("Anything Else") == "anything else"
