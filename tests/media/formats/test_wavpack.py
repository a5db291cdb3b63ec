"""WavPack: facts out of block headers as the wavpack program wrote them, blocks found by their samples, hostile headers."""

import io
import struct
from pathlib import Path

import pytest
import sound
from tests_support import needs_program

from media.formats.reading import scanned
from musfuse.errors import MalformedError
from musfuse.media.formats.wavpack import HEADER_BYTES, Block, WavPackBlocks, parse_block

INITIAL, FINAL, MONO = 0x800, 0x1000, 0x4


def head(size: int = 24, version: int = 0x410, total: int = 100, first: int = 0, samples: int = 100,
         flags: int = INITIAL | FINAL, high: int = 0, total_high: int = 0) -> bytes:  # fmt: skip
    return struct.pack("<4sIHBBIIII", b"wvpk", size, version, high, total_high, total, first, samples, flags) + bytes(4)


def block(first: int, samples: int = 100, body: int = 50, flags: int = INITIAL | FINAL | 9 << 23 | 1) -> bytes:
    return head(24 + body, total=10_000, first=first, samples=samples, flags=flags) + bytes(body)


def blocks(data: bytes) -> WavPackBlocks:
    return WavPackBlocks(io.BufferedReader(io.BytesIO(data)), len(data))


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Half a second in blocks of 1000 samples."""
    needs_program("wavpack")
    folder = tmp_path_factory.mktemp("encoded")
    wav = sound.write(folder / "a.wav", 22_050)
    return sound.convert(wav, folder / "a.wv", "--blocksize=1000").read_bytes()


@pytest.mark.parametrize(
    ("bits", "channels", "rate"), [(8, 1, 22_050), (16, 2, 44_100), (24, 6, 96_000), (16, 1, 7_350), (24, 2, 384_000)]
)
def test_facts_are_those_that_were_encoded(tmp_path: Path, bits: int, channels: int, rate: int) -> None:
    """Rates that have no code of their own stand in a block's metadata; six channels lie in several blocks."""
    needs_program("wavpack")
    wav = sound.write(tmp_path / "a.wav", 4410, channels, bits, rate)
    reading = scanned(sound.convert(wav, tmp_path / "a.wv").read_bytes())
    fmt = reading.format
    assert (fmt.bits, fmt.channels, fmt.sample_rate, fmt.total_samples) == (bits, channels, rate, 4410)
    assert (fmt.container, fmt.codec, fmt.pcm, reading.notes) == ("wavpack", "wavpack", "int", ())


def test_what_flac_cannot_hold_is_shown_as_it_is(tmp_path: Path) -> None:
    needs_program("wavpack")
    wav = sound.write(tmp_path / "a.wav", 4410)
    floats = sound.write(tmp_path / "f.wav", 4410, subtype="FLOAT")
    lossy = scanned(sound.convert(wav, tmp_path / "h.wv", "-b256").read_bytes())
    assert (lossy.format.pcm, lossy.notes) == ("", ("shown as it is: hybrid (lossy) WavPack",))
    real = scanned(sound.convert(floats, tmp_path / "f.wv").read_bytes())
    assert (real.format.pcm, real.notes) == ("float", ("shown as it is: floating-point WavPack",))
    dsd = scanned(block(0, flags=INITIAL | FINAL | 0x8000_0000 | 9 << 23))
    assert (dsd.format.codec, dsd.notes) == ("dsd", ("shown as it is: DSD WavPack",))


def test_tags_behind_the_blocks_are_read_and_no_block(encoded: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.wv"
    path.write_bytes(encoded)
    sound.add_apev2(path, Title="T wvpk", Artist=["A", "B"])
    data = path.read_bytes()
    assert dict(scanned(data).tags) == {"title": ("T wvpk",), "artist": ("A", "B")}
    assert blocks(data).end == len(encoded)
    assert dict(scanned(data[:-1]).tags) == {}


@pytest.mark.parametrize("sample", [0, 1, 999, 1000, 1001, 12_345, 22_049, 1 << 40])
def test_the_block_that_holds_a_sample_is_found(encoded: bytes, sample: int) -> None:
    at = blocks(encoded).find(sample)
    found = parse_block(encoded[at : at + HEADER_BYTES], at)
    assert found is not None
    assert found.first <= min(sample, 22_049) < found.first + found.samples  # the last two share what is left


def test_large_files_are_bisected() -> None:
    class Counting(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1, /) -> bytes:
            Counting.reads += 1
            return super().read(size)

    data = b"".join(block(n * 100, body=60_000) for n in range(200))
    source = Counting(data)
    found = WavPackBlocks(source, len(data))  # type: ignore[arg-type]
    for number in (0, 1, 77, 150, 199):
        Counting.reads = 0
        assert found.find(number * 100 + 50) == number * (HEADER_BYTES + 60_000)
        assert Counting.reads < 60


def test_the_four_letters_within_audio_are_no_block() -> None:
    lying = head(24, first=9999)
    data = block(0, body=0) + head(24 + 64, first=100) + lying + lying[:32] + block(200) + block(300)
    assert blocks(data).find(250) == data.index(block(200))
    assert blocks(b"junk" + lying + b"junk" + data).start == len(b"junk" + lying + b"junk")


def test_blocks_without_samples_and_of_further_channels_are_passed_over() -> None:
    silent, further = block(0, samples=0), block(0, flags=FINAL | 9 << 23)
    data = silent + further + block(0, body=80) + further + block(100)
    found = blocks(data)
    assert found.start == len(silent + further)
    assert found.find(99) == found.start
    assert found.find(100) == len(data) - len(block(100))


def test_headers_hold_40_bits_and_unknown_lengths() -> None:
    assert parse_block(head(1000, high=2, first=5, samples=7), 11) == Block(
        11, 1008, (2 << 32) + 5, 7, 100, INITIAL | FINAL
    )
    long = parse_block(head(total=5, total_high=1), 0)
    assert long is not None
    assert long.total == (1 << 32) + 5 - 1  # the format leaves out one value a turn: it means "not known"
    unknown = parse_block(head(total=0xFFFF_FFFF), 0)
    assert unknown is not None
    assert unknown.total is None


@pytest.mark.parametrize(
    "data",
    [b"", head()[:-1], b"wvpK" + head()[4:], head(version=0x401), head(version=0x411), head(size=23),
     head(size=(1 << 24) + 1)],
)  # fmt: skip
def test_what_is_no_block_of_today_is_none(data: bytes) -> None:
    assert parse_block(data, 0) is None


@pytest.mark.parametrize(
    "data", [b"wvpk", head()[:31], head(samples=0), b"wvpk" * 5000, head(version=0x300) + bytes(99)]
)
def test_a_file_without_a_block_of_audio_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        scanned(data, "a.wv")


def test_a_rate_that_no_block_tells_is_not_made_up() -> None:
    custom = INITIAL | FINAL | 15 << 23 | 1
    assert scanned(block(0, flags=custom)).format.sample_rate == 0
    told = head(24 + 6, flags=custom) + b"\x67\x02" + (7350).to_bytes(3, "little") + b"\0"
    assert scanned(told).format.sample_rate == 7350


@pytest.mark.parametrize(("raw", "rate"), [
    (b"\xb6\x1c\0", 7350), (b"\0\0\0\x01", 1 << 24), (b"\xff" * 4, (1 << 31) - 1), (b"\1\2", 0), (b"\xff" * 5, 0), (b"\xff" * 3000, 0),
])  # fmt: skip
def test_a_rate_has_three_or_four_bytes_or_is_none(raw: bytes, rate: int) -> None:
    """A number of more bytes than that fits no catalogue, and one of thousands not even a message."""
    words, odd = (len(raw) + 1) // 2, len(raw) & 1
    item = bytes((0xA7 | odd << 6,)) + words.to_bytes(3, "little") + raw + bytes(odd)
    told = head(24 + len(item), flags=INITIAL | FINAL | 15 << 23 | 1) + item
    assert scanned(told).format.sample_rate == rate
