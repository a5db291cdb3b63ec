"""Any tags round through every format; hostile files never crash, read outside of themselves or allocate without bound."""

import io
import random
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sound import FORMATS

from media.retag.conftest import KINDS
from media.retag.rendering import load, picture, render, source
from musfuse.errors import MediaError
from musfuse.media.embedded import locate
from musfuse.media.planning import plan
from musfuse.media.reading import read_original
from musfuse.media.retag.oggpages import lay_out, parse_page
from musfuse.media.retag.pieces import Kept, total
from musfuse.media.tags.edit import make_edit
from musfuse.media.tags.fields import ID3_BY_FIELD, ID3_FRAMES, field_name
from musfuse.model import TagSet

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "dev"
SUFFIXES = [".flac", ".mp3", ".m4a", ".ogg", ".opus", ".oga", ".wav", ".aiff", ".aif", ".ape", ".wv", ".mpc", ".tta"]
_values = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Zs", "Zl", "Zp", "Cf")), min_size=1, max_size=40
)
_texts = st.lists(_values, min_size=1, max_size=3, unique=True)
_names = st.one_of(
    st.sampled_from(["title", "artist", "album", "albumartist", "composer", "isrc", "label", "musicbrainz_albumid",
                     "musicbrainz_artistid", "artistsort", "copyright", "releasetype", "barcode", "mood", "language"]),
    st.from_regex(r"x[a-z_]{2,12}", fullmatch=True),
)  # fmt: skip
_numbers = st.integers(1, 255).map(lambda n: [str(n)])
_tags = st.builds(
    lambda free, track, total, date: TagSet({**free, "tracknumber": track, "tracktotal": total, "date": [date]}),
    st.dictionaries(_names, _texts, max_size=6), _numbers, _numbers,
    st.dates().filter(lambda d: d.year > 1000).map(str),
)  # fmt: skip


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("mp3 2.3", "m4a faststart", "bare aiff", "bare flac")])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tags=_tags)
def test_any_tags_come_back(originals, tmp_path, kind, tags):
    path = originals[kind]
    before = read_original(FORMATS, *source(path)).tags
    target = render(path, make_edit(before, tags), tmp_path / f"out{path.suffix}")
    assert read_original(FORMATS, *source(target)).tags == tags
    # and back to what they were
    again = render(target, make_edit(tags, before), tmp_path / f"again{path.suffix}")
    assert read_original(FORMATS, *source(again)).tags == before


def test_names_have_one_meaning():
    for field, frame in ID3_BY_FIELD.items():
        assert ID3_FRAMES[frame] == field
        assert field_name(field) == field


class Watched(io.BytesIO):
    """Refuses to be asked for more than a file can hold."""

    def read(self, size=-1):
        assert size is not None
        assert 0 <= size < 1 << 27, size
        return super().read(size)


def _attempt(data: bytes) -> None:
    cover = picture()
    for found in locate(FORMATS, Watched(data), len(data)) or []:
        found.facts(Watched(data))
    for pictures in (None, (cover.picture,)):
        edit = make_edit(TagSet({"title": ["old"]}), TagSet({"title": ["new"], "artist": ["x"]}), pictures)
        try:
            pieces = plan(FORMATS, Watched(data), len(data), edit, load, "mp3")
        except MediaError:
            continue
        assert all(p.start >= 0 and p.start + p.length <= len(data) for p in pieces if isinstance(p, Kept))
        assert total(pieces) < len(data) * 3 + 200_000


def _kept(data: bytes) -> int:
    """Bytes of a file that its retagged form keeps."""
    edit = make_edit(TagSet({"title": ["old"]}), TagSet({"title": ["new"]}))
    return sum(p.length for p in plan(FORMATS, Watched(data), len(data), edit, load, "mp3") if isinstance(p, Kept))


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_sizes_never_cost_audio(originals, kind):
    """A header that claims more than it has is refused: what it swallows may be audio."""
    seed = originals[kind].read_bytes()
    rng, whole, planned = random.Random(kind), _kept(seed), 0
    for _ in range(1500):
        data = bytearray(seed)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(min(len(data), rng.choice([64, 512, 4096, len(data)])))
            data[rng.choice([at, len(data) - 1 - at])] = rng.choice([0, 0xFF, 0x7F, 0x80, rng.randrange(256)])
        try:
            assert _kept(bytes(data)) > whole - 2000
        except MediaError:
            continue
        planned += 1
    assert planned > 100


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_never_crash(originals, kind):
    seed = originals[kind].read_bytes()
    rng = random.Random(kind)
    for _ in range(150):
        data = bytearray(seed[: rng.choice([len(seed), len(seed), rng.randrange(1, len(seed))])])
        for _ in range(rng.choice([1, 3, 20])):
            at = rng.choice([rng.randrange(len(data)), min(rng.randrange(400), len(data) - 1)])
            data[at] = rng.choice([0, 0xFF, 0x7F, 0x80, rng.randrange(256)])
        _attempt(bytes(data))


@pytest.mark.parametrize(("kind", "audio"), [("wav", b"data"), ("rf64", b"data"), ("bare aiff", b"SSND")])
def test_audio_behind_a_damaged_chunk_is_never_dropped(originals, kind, audio):
    data = bytearray(originals[kind].read_bytes())
    at = data.index(audio)
    data[at : at + 4] = b"\0A\0B"
    with pytest.raises(MediaError, match="no chunk"):
        plan(FORMATS, Watched(bytes(data)), len(data), make_edit(TagSet(), TagSet({"title": ["new"]})), load, "wav")


@pytest.mark.parametrize("form", ["wav", "aiff"])
def test_a_missing_pad_byte_and_junk_behind_the_end(originals, tmp_path, form):
    order = "<" if form == "wav" else ">"

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack(f"{order}I", len(body)) + body

    rng = random.Random(1)
    audio = rng.randbytes(1001)
    if form == "wav":
        front = b"RIFF\0\0\0\0WAVE" + chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
        data = front + chunk(b"data", audio) + chunk(b"LIST", b"INFOINAM" + struct.pack("<I", 4) + b"Old\0")
    else:
        rate = b"\x40\x0b\xfa\0\0\0\0\0\0\0"
        front = b"FORM\0\0\0\0AIFF" + chunk(b"COMM", struct.pack(">hIh", 1, 1001, 8) + rate)
        data = front + chunk(b"SSND", bytes(8) + audio[8:]) + chunk(b"NAME", b"Old!")
    data += b"\x01\x02 some other program's \xff\xfe"
    (tmp_path / f"in.{form}").write_bytes(data)
    made = render(tmp_path / f"in.{form}", make_edit(TagSet(), TagSet({"title": ["New"]})), tmp_path / f"out.{form}")
    served = made.read_bytes()
    assert audio[8:] in served
    assert served.endswith(b"\x01\x02 some other program's \xff\xfe")
    assert b"Old" not in served
    assert read_original(FORMATS, *source(made)).tags.first("title") == "New"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_corpus_never_crashes(suffix):
    if not CORPUS.exists():
        pytest.skip("the corpus is not here")
    rng = random.Random(suffix)
    files = sorted(p for p in CORPUS.rglob(f"*{suffix}") if p.is_file() and 0 < p.stat().st_size < 400_000)
    assert files
    for _ in range(150):
        raw = bytearray(rng.choice(files).read_bytes())
        for _ in range(rng.randrange(1, 6)):
            raw[rng.randrange(min(len(raw), 4096))] = rng.randrange(256)
        _attempt(bytes(raw[: rng.choice([len(raw), rng.randrange(1, len(raw) + 1)])]))


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=4), st.data())
def test_packets_on_any_number_of_pages(packets, data):
    values = sum(len(p) // 255 + 1 for p in packets)
    pages = data.draw(st.integers(-(-values // 255), values))
    raw = lay_out(packets, 77, 1, pages)
    found, packet, at, seen, continued = [], b"", 0, 0, False
    while at < len(raw):
        page = parse_page(raw[at : at + 282], at)
        assert page is not None
        assert page.sequence == 1 + seen
        body, used = raw[at + page.head : page.end], 0
        assert bool(page.flags & 1) == continued
        for value in page.lacing:
            packet += body[used : used + value]
            used += value
            if value < 255:
                found.append(packet)
                packet = b""
        continued = page.lacing[-1] == 255
        at, seen = page.end, seen + 1
    assert found == packets
    assert seen == pages
