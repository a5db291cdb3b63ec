"""What a retagged file is made of, whatever kind of file it is, and whatever its name says."""

import io
from pathlib import Path

import pytest
import sound
from sound import FORMATS

from musfuse.errors import MalformedError, UnsupportedError
from musfuse.media.formats import FormatRegistry
from musfuse.media.planning import plan
from musfuse.media.retag.pieces import Kept, total
from musfuse.media.tags.edit import make_edit
from musfuse.model import TagSet


def edit(**fields: str):  # type: ignore[no-untyped-def]
    return make_edit(TagSet(), TagSet({key: [value] for key, value in fields.items()}))


def pieces(path: Path, known: str = "", **fields: str):  # type: ignore[no-untyped-def]
    with path.open("rb") as reader:
        return plan(FORMATS, reader, path.stat().st_size, edit(**fields), lambda _: b"", known)


@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.ogg", "a.m4a", "a.wav", "a.aiff"])
def test_the_audio_is_kept_and_the_tag_is_written(music: Path, name: str) -> None:
    wav = sound.write(music / "plain.wav", 9000)
    path = (
        sound.convert(wav, music / name)
        if name.rpartition(".")[2] not in ("wav", "flac", "aiff")
        else sound.write(music / name, 9000)
    )
    renamed = path.rename(music / "something.bin")  # its bytes tell what it is
    made = pieces(renamed, title="A title nobody else has")
    assert any(isinstance(piece, Kept) for piece in made)
    assert b"A title nobody else has" in b"".join(p for p in made if isinstance(p, bytes)).replace(b"\0", b"")
    assert sum(p.length for p in made if isinstance(p, Kept)) < total(made)


def test_a_kind_without_a_planner_is_told_by_its_name(music: Path) -> None:
    wma = sound.convert(sound.write(music / "plain.wav", 9000), music / "a.wma")
    with pytest.raises(UnsupportedError, match=r"tags of .* files are not rewritten"):
        pieces(wma, title="T")


def test_damage_that_a_planner_stumbles_over_is_the_files(music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sound.write(music / "a.flac", 1000)

    class Damaged(FormatRegistry):
        def sniff(self, reader):  # type: ignore[no-untyped-def]
            found, start = FORMATS.sniff(reader)
            return _Planned(found, self.made), start

    for made, said in (
        (ZeroDivisionError, None), (IndexError, "they are damaged"), ([Kept(-1, 5)], "reach outside of it"),
        ([Kept(0, 10**9)], "reach outside of it"),
    ):  # fmt: skip
        registry = Damaged([])
        registry.made = made
        with path.open("rb") as reader, pytest.raises(MalformedError if said else ZeroDivisionError, match=said):
            plan(registry, reader, path.stat().st_size, edit(title="T"), lambda _: b"")


class _Planned:
    """A format whose planner gives these pieces, or fails."""

    def __init__(self, found, made) -> None:  # type: ignore[no-untyped-def]
        self.name, self.spoken, self._made = found.name, found.spoken, made

    def plan(self, *_: object) -> object:
        if isinstance(self._made, type):
            raise self._made
        return self._made


def test_an_empty_file_is_of_no_kind() -> None:
    with pytest.raises(UnsupportedError, match="are not rewritten"):
        plan(FORMATS, io.BytesIO(), 0, edit(title="T"), lambda _: b"")


def test_junk_before_the_first_frame_is_mp3_only_where_a_scan_found_mp3(music: Path) -> None:
    path = sound.write(music / "a.mp3", 4000)
    path.write_bytes(bytes(3000) + path.read_bytes())
    with pytest.raises(UnsupportedError):
        pieces(path, title="T")
    made = pieces(path, known="mp3", title="T")
    assert isinstance(made[-1], Kept)
    assert made[-1].start <= 3000
    assert made[-1].start + made[-1].length == path.stat().st_size


def test_bytes_decide_against_what_a_scan_found(music: Path) -> None:
    flac = sound.write(music / "a.flac", 4000)
    assert pieces(flac, known="mp3", title="T") == pieces(flac, known="flac", title="T")
