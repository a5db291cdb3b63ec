"""What every format has to be, ours and one that only the tests know: over files that other programs made, and over
those files damaged."""

import random
import shutil
import subprocess
import wave
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
import sound
import toyformat
from conftest import CORPUS
from media.retag.rendering import STORE, load, picture
from tests_support import needs_program

from musfuse.errors import MusfuseError, UnsupportedError
from musfuse.media.decoders import open_pcm
from musfuse.media.embedded import EmbeddedCovers
from musfuse.media.encoded import encoded_content
from musfuse.media.formats import BUILT_IN, FormatRegistry
from musfuse.media.formats.port import Format, Reading
from musfuse.media.layout import Layout
from musfuse.media.pcm import can_encode, pack
from musfuse.media.planning import plan
from musfuse.media.reading import read_original
from musfuse.media.retag.bind import bind
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.model import Stamp, TagSet
from musfuse.origins import MemoryOrigin, all_or_nothing
from musfuse.store import PictureStore

FORMATS = FormatRegistry((*BUILT_IN, "toyformat"))
SAMPLES = 30_000
NEW = {"title": ["Zwei"], "artist": ["A", "B"], "tracknumber": ["3"]}
MADE: dict[str, tuple[str, tuple[str, ...]]] = {
    "a.flac": ("flac", ()), "a.wav": ("wav", ()), "r.wav": ("rf64", ("-rf64", "always")), "a.w64": ("w64", ()),
    "a.aiff": ("aiff", ("-write_id3v2", "1")), "a.caf": ("caf", ("-c:a", "pcm_s16le")), "alac.caf": ("caf", ("-c:a", "alac")),
    "a.au": ("au", ()), "a.ogg": ("ogg", ("-c:a", "libvorbis")), "a.opus": ("ogg", ()), "a.oga": ("ogg", ("-c:a", "flac")),
    "a.m4a": ("mp4", ("-c:a", "aac")), "alac.m4a": ("mp4", ("-c:a", "alac")), "a.wv": ("wavpack", ()), "a.tta": ("tta", ()),
    "a.wma": ("asf", ()), "a.mka": ("matroska", ("-c:a", "libopus")), "a.ac3": ("ac3", ()), "a.aac": ("aac", ()),
    "a.mp3": ("mpeg", ("-c:a", "libmp3lame")), "a.mp2": ("mpeg", ()),
}  # fmt: skip
"""Files that ffmpeg makes here: of which format, and by which options."""
FOUND = {
    "a.ape": ("ape", "dev/picard/test.ape"), "a.mpc": ("mpc", "dev/quodlibet/silence-44-s.sv8.mpc"),
    "a.dsf": ("dsf", "dev/beets/full.dsf"), "a.dff": ("dff", "dev/atldotnet/DSF/dff.dff"),
    "a.tak": ("tak", "dev/mutagen/has-tags.tak"), "a.shn": ("shorten", "dev/python-audio-tools/shorten-frames.shn"),
    "a.ofr": ("optimfrog", "dev/mutagen/silence-2s-44100-16.ofr"),
}  # fmt: skip
"""Files of the corpus, of formats that nothing here writes."""
UNTAGGED = {"a.w64", "a.caf", "alac.caf", "a.au", "a.mka", "a.ac3", "a.mp2", "a.aac"}
"""Files in which no tags are read: they have none, or no reader of tags knows their format."""
PADDED = {"alac.caf"}
"""Files whose headers count whole packets: only decoding tells where their sound ends."""
WITHOUT_PICTURES = {"r.wav"}
"""Files whose pictures nothing reads."""
NAMES = [*MADE, *FOUND, "a.toy"]
KNOWN = {name: kind for name, (kind, _) in {**MADE, **FOUND}.items()} | {"a.toy": "toy"}


def record_of(name: str) -> Format:
    found = FORMATS.get(KNOWN[name])
    assert found is not None
    return found


@pytest.fixture(scope="session")
def pcm() -> bytes:
    """Packed 16-bit samples of two channels: what all files hold that are made here and lose nothing."""
    return (sound.pcm(SAMPLES) * 30_000).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, pcm: bytes) -> dict[str, bytes]:
    """Files by name; one that cannot be made or is not here is missing."""
    folder, made = tmp_path_factory.mktemp("formats"), dict[str, bytes]()
    made["a.toy"] = toyformat.write(folder / "a.toy", pcm, title="One", artist="Who").read_bytes()
    made |= {name: (CORPUS / path).read_bytes() for name, (_, path) in FOUND.items() if (CORPUS / path).exists()}
    if shutil.which("ffmpeg"):
        source = folder / "source.wav"
        with wave.open(str(source), "wb") as out:
            out.setparams((2, 2, 44_100, 0, "NONE", ""))
            out.writeframes(pcm)
        for name, (_, options) in MADE.items():
            tags = ("-metadata", "title=One", "-metadata", "artist=Who")
            argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", source, *options, *tags, folder / name]
            subprocess.run([*map(str, argv)], check=True)
            made[name] = (folder / name).read_bytes()
    return made


@dataclass
class Original:
    """One file, as every part of a format gets to see it."""

    name: str
    data: bytes

    def __post_init__(self) -> None:
        self.origin = MemoryOrigin("m", {self.name: self.data})
        self.file = sound.source_file(self.origin, self.name)

    def read(self) -> Reading:
        return read_original(FORMATS, self.origin, self.file)

    def content(self, container: Reading) -> str | None:
        return encoded_content(FORMATS, self.origin, self.file, container.format)

    def samples(self, reading: Reading, start: int = 0, count: int = 10 * SAMPLES) -> bytes:
        """Packed."""
        source = open_pcm(FORMATS, self.origin, self.file, reading.format)
        try:
            assert source.format.sample_rate == reading.format.sample_rate
            assert source.format.channels == reading.format.channels
            return pack(source.read(start, count), reading.format.bits)
        finally:
            source.close()

    def retagged(self, reading: Reading, edit: TagEdit) -> "Original":
        with all_or_nothing(self.origin, self.file) as reader:
            pieces = plan(FORMATS, reader, len(self.data), edit, load, reading.format.container)
        layout = Layout(bind(pieces, self.origin, self.file, PictureStore(STORE)))
        return Original(self.name, layout.read_at(0, layout.size))


@pytest.fixture(params=NAMES)
def original(request: pytest.FixtureRequest, sample: dict[str, bytes]) -> Original:
    name: str = request.param
    if name in MADE:
        needs_program("ffmpeg")
    if name not in sample:
        pytest.skip("the corpus of real files is not beside the project (../shared/corpus)")
    return Original(name, sample[name])


def test_every_format_is_tried_here() -> None:
    assert {record.name for record in FORMATS.all} == set(KNOWN.values())


def test_it_knows_its_own_files_and_no_others(original: Original) -> None:
    with all_or_nothing(original.origin, original.file) as reader:
        known, start = FORMATS.sniff(reader)
    assert known is record_of(original.name)
    head = original.data[start : start + 12]
    assert [record.name for record in FORMATS.all if record.sniff(head)] == [known.name]


@pytest.mark.parametrize("record", FORMATS.all, ids=lambda record: record.name)
def test_it_announces_nothing_in_what_is_no_file(record: Format) -> None:
    for head in (b"", b"\0" * 12, b"\xff", b"ID3\4\0\0\0\0\0\0\0\0", b"# a text of", b"\x7fELF\2\1\1\0\0\0\0\0"):
        assert not record.sniff(head)


def test_its_extensions_lead_to_it(original: Original) -> None:
    record = record_of(original.name)
    if original.name != "r.wav":
        assert original.name.rsplit(".")[-1] in record.extensions
    assert record.extensions <= FORMATS.extensions
    assert all(extension == extension.lower().strip(".") for extension in record.extensions)


def test_its_streams_lead_to_it(original: Original) -> None:
    """What a scan keeps is all that opens a decoder later on. (tinytag takes a file's extension for its container.)"""
    fmt, record = original.read().format, record_of(original.name)
    assert FORMATS.get(fmt.container) is record or (not fmt.pcm and fmt.container in record.extensions)


def test_facts_are_those_of_the_sound(original: Original) -> None:
    fmt = original.read().format
    if original.name in MADE or original.name == "a.toy":
        if original.name == "a.mka":  # nothing reads it
            assert (fmt.sample_rate, fmt.duration_ns) == (0, None)
            return
        assert fmt.channels == 2
        assert fmt.duration_ns is not None
        assert abs(fmt.duration_ns / 1e9 - SAMPLES / 44_100) < 0.15


def test_what_decodes_is_as_long_as_it_says_and_the_same_everywhere(original: Original, pcm: bytes) -> None:
    reading = original.read()
    if not can_encode(reading.format):
        with pytest.raises(UnsupportedError):
            original.samples(reading)
        return
    assert record_of(original.name).pcm is not None
    whole = original.samples(reading)
    unit = reading.format.channels * reading.format.bits // 8
    assert 0 < len(whole) <= (reading.format.total_samples or 0) * unit
    assert len(whole) == (reading.format.total_samples or 0) * unit or original.name in PADDED
    assert whole == pcm or original.name in FOUND
    for start, count in ((1, 7), (len(whole) // unit // 2, 4000), (len(whole) // unit - 3, 50)):
        assert original.samples(reading, start, count) == whole[start * unit : (start + count) * unit]
    assert original.samples(reading, len(whole) // unit, 10) == b""


def test_tags_are_read(original: Original) -> None:
    tags = original.read().tags
    if original.name in FOUND or original.name in UNTAGGED:
        return
    assert (tags.first("title"), tags.first("artist")) == ("One", "Who")


def test_other_tags_leave_its_audio_alone_and_come_back(original: Original) -> None:
    reading, cover = original.read(), picture()
    edit = make_edit(reading.tags, TagSet({**reading.tags, **NEW}), (cover.picture,))
    if record_of(original.name).plan is None:
        with pytest.raises(UnsupportedError, match=r"tags of .* files are not rewritten"):
            original.retagged(reading, edit)
        return
    made = original.retagged(reading, edit)
    again = made.read()
    assert again.tags == edit.tags
    assert again.format == reading.format
    assert made.content(again) == original.content(reading) is not None
    if can_encode(reading.format):
        assert made.samples(again) == original.samples(reading)
    found = EmbeddedCovers(FORMATS).pictures(made.origin, made.file)
    wanted = [] if original.name in WITHOUT_PICTURES else [cover.picture.digest]
    assert [one.digest for one in found] == wanted
    back = made.retagged(again, make_edit(again.tags, reading.tags, ()))
    assert back.read().tags == reading.tags
    assert EmbeddedCovers(FORMATS).pictures(back.origin, back.file) == []


def test_other_audio_has_another_content_id(original: Original) -> None:
    reading = original.read()
    before = original.content(reading)
    assert before is not None
    assert before.startswith("enc:")
    other = bytearray(original.data)
    at = len(other) // 2
    other[at] ^= 1
    assert Original(original.name, bytes(other)).content(reading) != before


class Counted(MemoryOrigin):
    """Counts what is read of it."""

    reads = 0
    bytes_read = 0

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        data = super().read(path, offset, size, stamp)
        self.reads += 1
        self.bytes_read += len(data)
        return data


def damaged(data: bytes, seed: str) -> Iterator[bytes]:
    """The file cut short, and with bytes changed where its headers are."""
    rng = random.Random(seed)
    front = min(len(data), 3000)
    for cut in (1, 3, 4, 8, 11, 12, 20, 44, 100, len(data) // 2, len(data) - 1):
        yield data[:cut]
    for _ in range(25):
        changed = bytearray(data[: rng.choice([len(data), rng.randrange(1, len(data))])])
        for _ in range(rng.choice([1, 4, 20])):
            at = rng.randrange(min(front, len(changed)))
            changed[rng.choice([at, len(changed) - 1 - at])] = rng.choice([0, 0xFF, 0x7F, 0x80, rng.randrange(256)])
        yield bytes(changed)


def test_damage_is_an_error_and_takes_little(original: Original) -> None:
    """Whatever stands in a file, nothing but our own errors comes out, and no part of the format reads more of it than
    a few times over."""
    covers = EmbeddedCovers(FORMATS)
    edit = make_edit(TagSet({"title": ["One"]}), TagSet({"title": ["Two"]}))
    fmt = original.read().format
    for data in damaged(original.data, original.name):
        one = Original(original.name, data)
        one.origin = counted = Counted("m", {original.name: data})
        one.file = sound.source_file(counted, original.name)
        found = fmt
        try:
            found = read_original(FORMATS, counted, one.file, covers.peek).format
        except MusfuseError as error:
            assert original.name in str(error)
        covers.extract(counted, one.file)
        content = encoded_content(FORMATS, counted, one.file, fmt)
        assert content is None or content.startswith("enc:")
        try:
            with all_or_nothing(counted, one.file) as reader:
                pieces = plan(FORMATS, reader, len(data), edit, load, fmt.container)
        except (MusfuseError, OSError):
            pieces = []
        assert sum(len(piece) for piece in pieces if isinstance(piece, bytes)) < 2 * len(data) + 200_000
        with suppress(MusfuseError):
            one.samples(Reading(found, TagSet()), count=5000)
        assert counted.bytes_read < 40 * len(data) + (8 << 20), len(data)
        assert counted.reads < 3000
