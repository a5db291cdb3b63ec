"""Covers, pictures in served files, and sidecars on the drive, without a mount."""

import io
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

import mutagen
import mutagen.flac
import pytest
import sound
from failing import read_by_this_process
from PIL import Image

from drive.albums import ME, cover, embed, names, read, target
from drive.conftest import Make
from musfuse.errors import ConfigError, NoEntryError, UnavailableError
from musfuse.media.art.facts import describe_picture
from musfuse.model import ArtKind
from musfuse.origins import LocalOrigin


def test_covers_of_an_album(make_library: Make, album: Path) -> None:
    (album / "Folder.JPG").write_bytes(cover((400, 400), color=(1, 2, 3)))
    (album / "COVER.jpeg").write_bytes(cover())
    library = make_library()
    assert [n for n in names(library, "Band/Album") if n.startswith("cover")] == [
        "cover.jpg", "cover_medium.jpg", "cover_thumb.jpg",
    ]  # fmt: skip
    assert read(library, "Band/Album/cover.jpg") == cover()
    for name, size in (("cover_medium.jpg", (300, 200)), ("cover_thumb.jpg", (150, 100))):
        with Image.open(io.BytesIO(read(library, f"Band/Album/{name}"))) as image:
            assert image.size == size
            assert image.format == "JPEG"
    assert names(library, "Band") == ["Album"]
    # what is embedded comes first, what is set before all
    embed(album / "2.flac", cover((50, 40), "PNG"))
    library.scan_all(library.scanner())
    assert "cover.png" in names(library, "Band/Album")
    assert read(library, "Band/Album/cover.png") == cover((50, 40), "PNG")
    with Image.open(io.BytesIO(read(library, "Band/Album/cover_thumb.jpg"))) as image:
        assert image.size == (50, 40)


def test_the_cover_above_the_folders_of_discs(make_library: Make, music: Path, tmp_path: Path) -> None:
    album, other = music / "Band - Album", cover((60, 60), color=(9, 200, 9))
    for disc in (1, 2):
        sound.write(album / f"CD{disc}/1.wav", title="T", artist="Band", album="Album", discnumber=str(disc))
    (album / "cover.jpg").write_bytes(cover())
    (album / "booklet.pdf").write_bytes(b"%PDF")
    (album / "CD2/folder.jpg").write_bytes(other)
    template = "$album/$disc/$title"
    library = make_library(view__template=template, view__sidecars="*.pdf")

    def embedded(disc: int) -> bytes:
        (tmp_path / "t.flac").write_bytes(read(library, f"Album/{disc}/T.flac"))
        (found,) = mutagen.flac.FLAC(tmp_path / "t.flac").pictures
        return bytes(found.data)

    assert names(library, "Album/1") == ["booklet.pdf", "cover.jpg", "cover_medium.jpg", "cover_thumb.jpg", "T.flac"]
    assert [read(library, f"Album/{disc}/cover.jpg") for disc in (1, 2)] == [cover(), other]
    assert [embedded(disc) for disc in (1, 2)] == [cover(), other]
    (album / "cover.jpg").write_bytes(cover((70, 70)))
    (album / "CD2/folder.jpg").unlink()
    library.scan_all(library.scanner())
    assert [read(library, f"Album/{disc}/cover.jpg") for disc in (1, 2)] == [cover((70, 70))] * 2
    assert [embedded(disc) for disc in (1, 2)] == [cover((70, 70))] * 2
    (album / "cover.jpg").unlink()
    library.scan_all(library.scanner())
    assert names(library, "Album/1") == ["booklet.pdf", "T.flac"]


def test_a_catalog_that_did_not_look_above_the_folders_of_discs(make_library: Make, music: Path) -> None:
    sound.write(music / "Album/Disc 1/1.wav", title="T", artist="Band", album="Album")
    (music / "Album/cover.jpg").write_bytes(cover())
    library = make_library()
    size = library.drive.attr("Band/Album/T.flac").size
    with library.catalog.database.write() as db:  # as one of version 3 comes out of its migration
        db.execute("UPDATE folder SET above = NULL")
        db.execute("UPDATE rendition SET size = NULL")
        db.execute("UPDATE item SET version = version + 1")
    library.name_tracks()
    library.drive.invalidate()
    assert library.drive.attr("Band/Album/T.flac").size < size
    library.scan_all(library.scanner())
    assert library.drive.attr("Band/Album/T.flac").size == size
    assert "cover.jpg" in names(library, "Band/Album")


def test_the_cover_goes_into_files_made_here(make_library: Make, album: Path, tmp_path: Path) -> None:
    (album / "cover.png").write_bytes(cover((1000, 1000), "PNG"))
    library = make_library(art__max_pixels=250)
    data = read(library, "Band/Album/01 - Song 1.flac")
    (tmp_path / "a.flac").write_bytes(data)
    (picture,) = mutagen.File(tmp_path / "a.flac").pictures
    assert (picture.width, picture.height, picture.mime) == (250, 250, "image/jpeg")
    sound.flac_test(tmp_path / "a.flac")
    (album / "cover.png").unlink()
    library.scan_all(library.scanner())
    assert len(read(library, "Band/Album/01 - Song 1.flac")) < len(data)


def test_pictures_are_put_into_originals_where_that_is_asked_for(
    make_library: Make, album: Path, tmp_path: Path
) -> None:
    (album / "cover.jpg").write_bytes(cover())
    embed(album / "2.flac", cover((40, 40), "PNG"))
    library = make_library(art__embed="always")
    assert read(library, "Band/Album/02 - Song 2.flac") == (album / "2.flac").read_bytes()
    (tmp_path / "a.mp3").write_bytes(read(library, "Band/Album/03 - Song 3.mp3"))
    assert [p.data for p in mutagen.File(tmp_path / "a.mp3").tags.getall("APIC")] == [cover()]


def test_art_is_set_hidden_and_cleared(make_library: Make, album: Path, tmp_path: Path) -> None:
    embed(album / "2.flac", cover((40, 40), "PNG"))
    (tmp_path / "new.jpg").write_bytes(cover((640, 640)))
    library = make_library()
    library.tagging.set_art(target("Band/Album"), tmp_path / "new.jpg", ArtKind.FRONT, ME)
    library.tagging.set_art(target("Band/Album"), tmp_path / "new.jpg", ArtKind.BACK, ME)
    (tmp_path / "new.jpg").unlink()
    shutil.rmtree(tmp_path / "state" / "cache", ignore_errors=True)
    assert read(library, "Band/Album/cover.jpg") == cover((640, 640))
    for name in names(library, "Band/Album"):
        path = tmp_path / name
        path.write_bytes(read(library, f"Band/Album/{name}"))
        if name.endswith("flac"):
            assert [(p.type, p.data) for p in mutagen.File(path).pictures] == [
                (3, cover((640, 640))), (4, cover((640, 640))),
            ]  # fmt: skip
    library.tagging.clear_art(target("Band/Album"), list(ArtKind), True, ME)
    assert not [n for n in names(library, "Band/Album") if n.startswith("cover")]
    (tmp_path / "b.flac").write_bytes(read(library, "Band/Album/02 - Song 2.flac"))
    assert not mutagen.File(tmp_path / "b.flac").pictures
    library.tagging.clear_art(target("Band/Album"), list(ArtKind), False, ME)
    assert read(library, "Band/Album/02 - Song 2.flac") == (album / "2.flac").read_bytes()
    assert read(library, "Band/Album/cover.png") == cover((40, 40), "PNG")


def test_pictures_that_are_refused_are_said(make_library: Make, album: Path) -> None:
    (album / "cover.jpg").write_bytes(cover() + bytes(10_000_001))
    (album / "folder.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (album / "front.gif").write_bytes(cover((8000, 8000), "GIF"))
    (album / "AlbumArt_{X}_Large.jpg").write_bytes(cover((7, 7)))
    library = make_library()
    assert {Path(r.path).name for r in library.catalog.reports.lines() if r.kind == "art"} == {
        "cover.jpg", "folder.png", "front.gif",
    }  # fmt: skip
    assert read(library, "Band/Album/cover.jpg") == cover((7, 7))
    for bad in ("cover.jpg", "folder.png", "front.gif", "nothing.jpg"):
        with pytest.raises(ConfigError, match=bad.replace(".", r"\.")):
            library.tagging.set_art(target("Band"), album / bad, ArtKind.FRONT, ME)


@pytest.mark.expects_errors
def test_an_embedded_picture_that_is_none_shows_no_cover(make_library: Make, album: Path) -> None:
    embed(album / "2.flac", b"\xff\xd8\xff" + os.urandom(500), "image/jpeg")
    library = make_library()
    assert "cover.jpg" not in names(library, "Band/Album")
    with pytest.raises(NoEntryError):
        library.drive.attr("Band/Album/cover.jpg")
    assert [
        "picture is not used" in r.reason for r in library.catalog.reports.lines() if r.path.endswith("2.flac")
    ] == [True]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_pictures_that_are_cut_short_are_never_listed(make_library: Make, album: Path, form: str) -> None:
    whole, suffix = cover((200, 90), form), form.lower()
    cut = whole[: len(whole) * 2 // 3]
    (album / f"cover.{suffix}").write_bytes(cut)
    (album / "folder.jpg").write_bytes(cover((70, 70)))
    embed(album / "2.flac", cut)
    sound.add_picture(album / "3.mp3", cut)
    sound.add_picture(album / "1.wav", cut)
    library = make_library(art__max_pixels=60)
    for name in names(library, "Band/Album"):
        read(library, f"Band/Album/{name}")
    assert read(library, "Band/Album/cover.jpg") == cover((70, 70))
    reported = {Path(r.path).name: r.reason for r in library.catalog.reports.lines()}
    assert reported.keys() == {f"cover.{suffix}", "1.wav", "2.flac", "3.mp3"}
    assert all("cut short" in reason for reason in reported.values())
    with pytest.raises(ConfigError, match="cut short"):
        library.tagging.set_art(target("Band"), album / f"cover.{suffix}", ArtKind.FRONT, ME)


def test_a_picture_that_a_catalog_of_before_believed_is_not_listed(
    make_library: Make, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = cover((200, 90))[:-40]
    (album / "cover.jpg").write_bytes(cut)
    library = make_library(art__max_pixels=60)
    with monkeypatch.context() as before:
        before.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
        believed = describe_picture(cut)
    assert believed is not None
    library.stores.pictures.keep(believed.picture.digest, cut)
    with library.catalog.database.write() as db:
        db.execute("UPDATE companion SET problem = '', picture = ?", (json.dumps(asdict(believed.picture)),))
        db.execute("UPDATE rendition SET size = NULL")
        db.execute("UPDATE item SET version = version + 1")
    library.drive.invalidate()
    assert not [r for r in library.catalog.reports.lines() if r.kind == "art"]
    listed = names(library, "Band/Album")
    assert not [name for name in listed if name.startswith("cover")]
    for name in listed:
        read(library, f"Band/Album/{name}")


def test_an_emptied_cache_loses_no_picture(make_library: Make, album: Path, tmp_path: Path) -> None:
    (album / "cover.jpg").write_bytes(cover())
    (album / "second").mkdir()
    sound.write(album / "second" / "7.wav", artist="Band", album="Second", title="S", tracknumber="7")
    sound.add_picture(album / "second" / "7.wav", cover((70, 70), "PNG"))
    paths = (
        "Band/Album/01 - Song 1.flac",
        "Band/Album/cover_thumb.jpg",
        "Band/Second/07 - S.flac",
        "Band/Second/cover.png",
    )
    library = make_library(art__max_pixels=100)
    before = [read(library, path) for path in paths]
    library.close()
    shutil.rmtree(tmp_path / "state" / "cache")
    again = make_library(scan=False, art__max_pixels=100)
    assert [read(again, path) for path in paths] == before


@pytest.mark.not_over("sftp", "s3", reason="what was read of them is kept here")
def test_an_original_that_cannot_be_read_now_loses_no_cover(
    make_library: Make, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed(album / "2.flac", cover((40, 40), "PNG"))
    library = make_library()

    def away(*_: object) -> bytes:
        raise UnavailableError("the disk is unplugged")

    with monkeypatch.context() as patched:
        read_by_this_process(patched)
        patched.setattr(LocalOrigin, "read", away)
        assert "cover.png" in names(library, "Band/Album")
        with pytest.raises(UnavailableError):
            library.drive.attr("Band/Album/cover.png")
    assert read(library, "Band/Album/cover.png") == cover((40, 40), "PNG")


def test_sidecars_by_pattern(make_library: Make, album: Path) -> None:
    (album / "booklet.pdf").write_bytes(b"pdf")
    (album / "Rip.LOG").write_bytes(b"log" * 1000)
    (album / "notes.txt").write_bytes(b"no")
    library = make_library(view__sidecars="*.pdf, *.log")
    assert [n for n in names(library, "Band/Album") if n[0] in "bRn"] == ["booklet.pdf", "Rip.LOG"]
    assert read(library, "Band/Album/Rip.LOG") == b"log" * 1000
    listed = [(e.name, e.size) for e in library.drive.list("Band/Album", sized=True)]
    assert ("booklet.pdf", 3) in listed
    first = library.drive.attr("Band/Album/booklet.pdf").node
    library.drive.invalidate()
    assert library.drive.attr("Band/Album/booklet.pdf").node == first


def test_listing_in_pieces_has_companions_once(make_library: Make, album: Path) -> None:
    (album / "cover.jpg").write_bytes(cover())
    library = make_library()
    whole = names(library, "Band/Album")
    for name in whole:
        rest = [e.name for e in library.drive.list("Band/Album", after=name)]
        assert rest == whole[whole.index(name) + 1 :]
