"""What a tagger, a copy or a retagged view changes leaves the content id alone; what changes the sound does not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest
import sound
from conftest import CORPUS, manifest
from hostile import make_bombs
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import id3
from mutagen.flac import Picture as FlacPicture
from sound import FORMATS

from media.identity.conftest import SOUNDS, ffmpeg
from media.identity.hearing import heard, heard_in
from media.retag.conftest import KINDS
from media.retag.rendering import picture, render, source
from musfuse.errors import MediaError, MusfuseError, SourceChangedError, UnavailableError
from musfuse.media.encoded import PIECE, encoded_content, open_content
from musfuse.media.reading import read_original
from musfuse.media.tags.edit import make_edit
from musfuse.model import AudioFormat, SourceFile, Stamp, TagSet
from musfuse.origins import LocalOrigin, MemoryOrigin, all_or_nothing

LARGE = 300_000
CONTAINERS = [
    "flac", "mp4", "mpc", "asf", "matroska", "wav", "rf64", "w64", "aiff", "caf", "au", "dsf", "dff", "mpeg", "mp3", "aac",
    "ogg", "ape", "wavpack", "tta", "tak", "shorten", "optimfrog", "ac3", "",
]  # fmt: skip
UNTAGGED = {"a.mka", "a.w64", "a.caf", "a.au", "rf64.wav", "a.aac", "a.ac3", "a.eac3"}
"""mutagen does not write tags into these, or behind them."""


def set_title(path: Path, title: str) -> None:
    opened = mutagen.File(path)
    if opened.tags is None:
        opened.add_tags()
    if isinstance(opened.tags, id3.ID3):
        opened.tags.add(id3.TIT2(encoding=3, text=title))
    else:
        opened["\xa9nam" if path.suffix == ".m4a" else "Title"] = [title]
    opened.save()


def set_picture(path: Path, data: bytes) -> None:
    opened = mutagen.File(path)
    if opened.tags is None:
        opened.add_tags()
    made = FlacPicture()
    made.data, made.mime, made.type = data, "image/bmp", 3
    if isinstance(opened.tags, id3.ID3):
        opened.tags.add(id3.APIC(encoding=3, mime=made.mime, type=3, desc="", data=data))
    elif path.suffix == ".m4a":
        opened["covr"] = [mutagen.mp4.MP4Cover(data)]
    elif path.suffix == ".flac":
        opened.add_picture(made)
    elif path.suffix == ".wma":
        opened["WM/Picture"] = [mutagen.asf.ASFByteArrayAttribute(data)]
    elif path.suffix == ".wv":
        opened["Cover Art (Front)"] = mutagen.apev2.APEValue(b"a\0" + data, mutagen.apev2.BINARY)
    else:
        import base64

        opened["METADATA_BLOCK_PICTURE"] = [base64.b64encode(made.write()).decode()]
    opened.save()


TAGGABLE = [name for name in SOUNDS if name not in UNTAGGED]


@pytest.mark.parametrize("name", TAGGABLE)
def test_taggers_change_nothing(sounds: dict[str, Path], tmp_path: Path, name: str) -> None:
    path = shutil.copy(sounds[name], tmp_path / name)
    first, size = heard(path), path.stat().st_size
    assert first is not None
    set_title(path, "A long title " * 2000)
    assert heard(path) == first
    if name not in ("frag.m4a",):  # mutagen would have to move its fragments
        set_picture(path, bytes(LARGE))
        assert path.stat().st_size > size + LARGE
        assert heard(path) == first
    opened = mutagen.File(path)
    opened.delete()
    assert heard(path) == first
    assert heard(sounds[name]) == first


@pytest.mark.parametrize("name", ["a.aac", "a.ac3", "a.eac3", "a.mp3", "a.tta"])
def test_tags_in_front_and_behind_change_nothing(sounds: dict[str, Path], tmp_path: Path, name: str) -> None:
    path = shutil.copy(sounds[name], tmp_path / name)
    first = heard(path)
    sound.add_apev2(path, Title="One " * 500)
    sound.add_id3v1(path, "One", "X")
    assert heard(path) == first
    if name not in ("a.ac3", "a.eac3"):
        sound.tag_id3(path, "One", "Jazz")
        assert heard(path) == first


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_retagged_views_change_nothing(originals: dict[str, Path], tmp_path: Path, kind: str) -> None:
    path = originals[kind]
    first = heard(path)
    before = read_original(FORMATS, *source(path)).tags
    cover = picture(noise=400)
    edit = make_edit(before, TagSet({**before, "title": ["x" * 20_000], "mood": ["y"]}), (cover.picture,))
    target = render(path, edit, tmp_path / f"out{path.suffix}")
    assert target.read_bytes() != path.read_bytes()
    assert first is not None
    assert heard(target) == first


@pytest.mark.parametrize("name", SOUNDS)
def test_a_copy_of_the_packets_changes_nothing(sounds: dict[str, Path], tmp_path: Path, name: str) -> None:
    options = ("-write_xing", "0") if name == "a.mp3" else ()  # ffmpeg writes an information frame of its own
    target = tmp_path / name
    ffmpeg("-i", sounds[name], "-c", "copy", *options, "-metadata", "title=" + "Two " * 900, target)
    assert target.read_bytes() != sounds[name].read_bytes() or name in ("a.aac", "a.ac3", "a.eac3", "a.mp2", "a.w64")
    assert heard(target) == heard(sounds[name]) is not None


def audio_byte(data: bytearray) -> int:
    """A byte of audio in the middle of a file, or not far behind."""
    middle = len(data) // 2
    if data[:4] == b"OggS":
        page = data.index(b"OggS", middle)
        return page + 27 + data[page + 26] + 5
    return data.index(b"mdat", middle) + 9 if b"moof" in data else middle


@pytest.mark.parametrize("name", SOUNDS)
def test_other_audio_has_another_id(sounds: dict[str, Path], tmp_path: Path, name: str) -> None:
    first = heard(sounds[name])
    data = bytearray(sounds[name].read_bytes())
    data[audio_byte(data)] ^= 1
    fmt = sound.format_of(LocalOrigin("s", str(sounds[name].parent)), name)
    assert heard_in(bytes(data), fmt.container) not in (first, None)
    other = sound.write(tmp_path / "other.wav", 90_000, seed=5)
    ffmpeg("-i", other, *SOUNDS[name], tmp_path / name)
    assert heard(tmp_path / name) not in (first, None)


def test_files_of_all_kinds_differ(sounds: dict[str, Path]) -> None:
    same_samples = {"rf64.wav", "a.w64", "frag.m4a", "a.oga"}  # as a.m4a and a.flac, and as each other
    found = [heard(path) for name, path in sounds.items() if name not in same_samples]
    assert len(set(found)) == len(found)
    assert heard(sounds["frag.m4a"]) == heard(sounds["a.m4a"])
    assert heard(sounds["a.oga"]) == heard(sounds["a.flac"])
    assert heard(sounds["rf64.wav"]) == heard(sounds["a.w64"])


def test_the_information_frame_of_an_mp3_counts(tmp_path: Path) -> None:
    """It tells how much of the first and last frame is sound."""
    path = sound.write(tmp_path / "a.mp3", title="One")
    first, data = heard(path), path.read_bytes()
    at = data.find(b"Info") if b"Info" in data else data.find(b"Xing")
    path.write_bytes(data[: at + 20] + b"\x55" + data[at + 21 :])
    assert heard(path) not in (first, None)


SAID = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Cc"]), min_size=1)


@given(data=st.data())
@settings(max_examples=60)
def test_any_tags(sounds: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(TAGGABLE))
    path = shutil.copy(sounds[name], tmp_path_factory.mktemp("any") / name)
    for step in data.draw(st.lists(st.sampled_from(["title", "picture", "delete"]), min_size=1, max_size=4)):
        if step == "title":
            set_title(path, data.draw(SAID) * data.draw(st.integers(1, 3000)))
        elif step == "picture" and name != "frag.m4a":
            set_picture(path, bytes(data.draw(st.integers(1, LARGE))))
        elif step == "delete":
            mutagen.File(path).delete()
    assert heard(path) == heard(sounds[name])


NONE = {
    "beets/image.wma", "exiftool/AIFF.aif", "exiftool/FLAC.flac", "exiftool/Vorbis.ogg", "tinytag/test.aiff",
    "taglib/zero-size-chunk.wav", "tika/testMP4_drm.m4a", "08 Multiple WAV Files With Gaps Noncompliant/Rush",
    "lofty-rs/fuzz/assets/wavfile_read_from/2_IDX",
}  # fmt: skip
"""Real files that a scan shows and that have no audio, or do not tell where it is."""


@pytest.mark.parametrize("group", range(4))
def test_every_real_file(group: int) -> None:
    if not (CORPUS / "MANIFEST.tsv").exists():
        pytest.skip("the corpus of real files is not beside the project (../shared/corpus)")
    origin = LocalOrigin("corpus", str(CORPUS))
    names = [row["path"] for row in manifest() if row["path"].rsplit(".", 1)[-1].lower() in FORMATS.extensions]
    read = Counting(origin)
    with_id = 0
    for name in names[group::4]:
        file = sound.source_file(origin, name)
        try:
            fmt = read_original(FORMATS, origin, file).format
        except MusfuseError:
            fmt = AudioFormat(name.rsplit(".", 1)[-1].lower(), "")  # it is not shown; still nothing may break
            encoded_content(FORMATS, read, file, fmt)
            continue
        found = encoded_content(FORMATS, read, file, fmt)
        assert (found is None) == any(part in name for part in NONE), f"{name}: {found}"
        assert read.largest <= PIECE
        assert read.taken <= 2 * file.stamp.size + (1 << 20), name
        read.taken = 0
        with_id += found is not None
    assert with_id > 50


def test_bombs_are_bounded(tmp_path: Path) -> None:
    """Looking for the audio of files that readers of tags choke on reads little of them."""
    names = make_bombs(tmp_path / "bombs", sound.write(tmp_path / "a.flac"), mib=4, count=20_000, gib=50)
    origin = Counting(LocalOrigin("bombs", str(tmp_path / "bombs")))
    for name in names:
        file = sound.source_file(origin, name)
        try:
            with all_or_nothing(origin, file) as reader:
                open_content(FORMATS, reader, file.stamp.size, AudioFormat(name.rsplit(".", 1)[-1], ""))
        except MediaError:
            pass
        assert origin.taken < 8 << 20, name
        origin.taken = 0


class Counting:
    """An origin that counts what is read through it."""

    def __init__(self, inner: LocalOrigin | MemoryOrigin) -> None:
        self.inner, self.largest, self.taken = inner, 0, 0
        self.uid, self.name, self.traits = inner.uid, inner.name, inner.traits
        self.list, self.stat, self.spec, self.close = inner.list, inner.stat, inner.spec, inner.close
        self.on_read: Callable[[int], None] = lambda _: None

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        assert stamp is not None
        self.on_read(offset)
        self.largest, self.taken = max(self.largest, size), self.taken + size
        return self.inner.read(path, offset, size, stamp)


def large() -> tuple[Counting, SourceFile]:
    """An MP3 of 4 MiB."""
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    origin = Counting(MemoryOrigin("m", {"a.mp3": frame * 10_000}))
    return origin, sound.source_file(origin, "a.mp3")


def test_it_gives_way_before_every_piece() -> None:
    origin, file = large()
    asked: list[int] = []
    origin.on_read = lambda offset: asked.append(offset)
    waits: list[int] = []
    found = encoded_content(FORMATS, origin, file, AudioFormat("mp3", "mp3"), lambda: waits.append(len(asked)))
    assert found == f"enc:{found[4:36]}:4170000" if found else False
    pieces = -(-4_170_000 // PIECE)
    assert len(waits) == pieces + 1
    assert waits[2:] == list(range(waits[1] + 1, waits[1] + pieces))
    assert origin.largest <= PIECE


def test_it_can_be_stopped() -> None:
    class StopError(Exception):
        pass

    origin, file = large()
    calls = 0

    def proceed() -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise StopError

    with pytest.raises(StopError):
        encoded_content(FORMATS, origin, file, AudioFormat("mp3", "mp3"), proceed)
    assert origin.taken < 1 << 21


@pytest.mark.parametrize("piece", [0, 3])
def test_what_the_origin_raises_comes_out(piece: int) -> None:
    origin, file = large()

    def fail(offset: int) -> None:
        if offset >= piece * PIECE:
            raise UnavailableError("the disk is gone")

    origin.on_read = fail
    with pytest.raises(UnavailableError, match="disk is gone"):
        encoded_content(FORMATS, origin, file, AudioFormat("mp3", "mp3"))


def test_a_file_that_changes_meanwhile() -> None:
    origin, file = large()
    count = 0

    def proceed() -> None:
        nonlocal count
        count += 1
        if count == 3 and isinstance(origin.inner, MemoryOrigin):
            origin.inner.write("a.mp3", b"\xff\xfb\x90\x64" + bytes(5_000_000))

    with pytest.raises(SourceChangedError):
        encoded_content(FORMATS, origin, file, AudioFormat("mp3", "mp3"), proceed)


@given(data=st.data())
@settings(max_examples=400)
def test_damaged_files(sounds: dict[str, Path], data: st.DataObject) -> None:
    """Changed, cut and spliced headers and tails: an id or none, nothing else."""
    name = data.draw(st.sampled_from(sorted(SOUNDS)))
    raw = bytearray(sounds[name].read_bytes())
    raw = raw[: data.draw(st.sampled_from([len(raw), 400, 3000, len(raw) - 1]))]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(raw) - 1, 1500)))
        at = data.draw(st.sampled_from([at, len(raw) - 1 - at]))
        new = data.draw(st.sampled_from([b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff" * 8, bytes(4), b"\x80"]))
        raw[at : at + len(new)] = new
    found = heard_in(bytes(raw), data.draw(st.sampled_from(CONTAINERS)))
    assert found is None or found.startswith("enc:")


MAGICS = [
    b"RIFF\x10\0\0\0WAVE", b"RF64\xff\xff\xff\xffWAVEds64", b"FORM\0\0\0\x10AIFF", b"caff\0\1\0\0", b"FRM8" + bytes(8) + b"DSD ",
    b"DSD " + b"\x1c" + bytes(23), b".snd", b"dns.", b"OggS\0\2", b"\0\0\0\x08ftyp", b"MPCK", b"MP+\x07", b"\x1a\x45\xdf\xa3\x80",
    bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), b"fLaC\0\0\0\x22", b"ID3\4\0\x10\0\0\0\0", b"\xff\xfb\x90\x64", b"wvpk",
    b"riff\x2e\x91\xcf\x11", b"\x18\x53\x80\x67\xff",
]  # fmt: skip
TAILS = [
    b"",
    b"APETAGEX" + b"\xff" * 24,
    b"000050LYRICS200",
    b"LYRICSEND",
    b"TAG" + bytes(125),
    b"3DI\4\0\x10\0\0\0\x7f",
]


@given(st.sampled_from(MAGICS), st.binary(max_size=600), st.sampled_from(TAILS), st.sampled_from(CONTAINERS))
@settings(max_examples=400)
def test_hostile_bytes(magic: bytes, rest: bytes, tail: bytes, container: str) -> None:
    found = heard_in(magic + rest + tail, container)
    assert found is None or found.startswith("enc:")
