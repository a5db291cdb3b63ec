"""What the report says of files is in plain words: nothing that only a programmer reads, and what to do."""

import re
from pathlib import Path

import pytest
import sound
from conftest import CORPUS

from drive.albums import ME
from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.errors import MusfuseError
from musfuse.library.catalog.reports import Report, ReportKind
from musfuse.media.indexing.pool import Priority
from musfuse.model import NodeKind

JARGON = re.compile(
    r"\w(Error|Exception|Warning)\b|\b[Ee]rrno|Traceback|libsndfile|FFmpeg|libav|mutagen|tinytag|Pillow|Invalid data|"
    r"\bb'|object at 0x|\bNone\b|, line \d+, in "
)
ADVICE = re.compile("replace it by|convert it to FLAC|please report")
MAGIC = {
    "dsf": b"DSD ", "dff": b"FRM8", "wma": bytes.fromhex("3026b2758e66cf11"), "tak": b"tBaK", "shn": b"ajkg", "ape": b"MAC ",
    "mpc": b"MPCK", "ofr": b"OFR ", "mka": bytes.fromhex("1a45dfa3"), "aac": b"\xff\xf1", "mp4": b"\0\0\0\x18ftyp",
}  # fmt: skip


def reported(library: Library) -> list[Report]:
    """The report after everything was indexed, its tags were changed, and all of the drive was looked at."""
    library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    library.tagging.set([("", "")], ["comment=changed"], ME)

    said: list[Report] = []

    def visit(folder: str) -> None:
        for entry in list(library.drive.list(folder)):
            path = f"{folder}/{entry.name}".lstrip("/")
            if entry.kind is NodeKind.FOLDER:
                visit(path)
                continue
            try:
                library.drive.close(library.drive.open(path).handle)
            except MusfuseError as error:
                said.append(Report(ReportKind.UNTAGGED, path, str(error)))

    visit("")
    return [*library.catalog.reports.lines(), *said]


def check(reports: list[Report]) -> None:
    wrong = [r for r in reports if JARGON.search(r.reason.replace(r.path, "", 1))]
    wrong += [r for r in reports if r.kind in (ReportKind.SKIPPED, ReportKind.FAILED) and not ADVICE.search(r.reason)]
    assert not [(r.kind.value, r.reason) for r in wrong]


@pytest.mark.usefixtures("corpus")
def test_of_the_corpus(make_library: Make) -> None:
    library = make_library(scan=False)
    library.add_sources([CORPUS.resolve()])
    library.scan_all(library.scanner())
    reports = reported(library)
    assert {r.kind for r in reports} >= {ReportKind.SKIPPED, ReportKind.FAILED, ReportKind.NOTED, ReportKind.SHEET}
    check(reports)


def test_of_damaged_files_of_every_kind(make_library: Make, music: Path) -> None:
    wav = sound.write(music / "a.wav", 60_000, title="T", artist="A", album="B")
    for suffix in ("aiff", "flac", "mp3", "ogg", "w64", "au"):
        sound.write(music / f"a.{suffix}", 60_000)
    for suffix, options in (
        ("m4a", ("-c:a", "alac")),
        ("caf", ("-c:a", "alac")),
        ("tta", ()),
        ("wv", ()),
        ("opus", ()),
    ):
        sound.convert(wav, music / f"a.{suffix}", *options)
    for path in list(music.iterdir()):
        data = path.read_bytes()
        for n, end in enumerate((6, 30, 200, len(data) // 2)):
            (music / f"cut{n}{path.suffix}").write_bytes(data[:end])
        for n, (at, length) in enumerate(((4, 4), (20, 40), (len(data) // 2, 3000), (len(data) - 200, 100))):
            (music / f"bad{n}{path.suffix}").write_bytes(data[:at] + b"\xa5" * length + data[at + length :])
    for suffix, magic in MAGIC.items():
        (music / f"front.{suffix}").write_bytes(magic + bytes(100))
        (music / f"random.{suffix}").write_bytes(magic + b"\xa5" * 3000)
    (music / "old.wv").write_bytes(wav.read_bytes()[:44] + b"wvpk\x24\0\0\0\x03\0" + bytes(50))
    reports = reported(make_library())
    assert len([r for r in reports if r.kind is ReportKind.SKIPPED]) > 40
    check(reports)
    (old,) = (r.reason for r in reports if r.path.endswith("old.wv"))
    assert "WavPack of version 3" in old
    assert "convert it to FLAC" in old
