"""The service MetadataService as a client of grpcio sees it."""

import json
from pathlib import Path

import pytest
from musfuse_grpc.v1 import musicfs_pb2 as pb

from gateway.running import SECONDS, Gateway, bearer, status
from musfuse.model import TagSource


def sources_of(gateway: Gateway, title: str) -> dict[str, str]:
    """Who says what of a track."""
    tagging = gateway.host.library.tagging
    (row,) = tagging.selection.of([(f'title:"{title}"~0', "")])
    overlay = tagging.collector.load_overlay(row.key)
    return {name: max(slots, key=lambda source: source.rank).value for name, slots in overlay.fields.items()}


def test_metadata_by_path_and_by_id(gateway: Gateway) -> None:
    told = gateway.metadata.GetMetadata(
        pb.GetMetadataRequest(virtual_path="Ann/Lib (1999)/01 - T1.flac"), timeout=SECONDS
    )
    assert (told.title, told.artist, told.year, told.date, told.track) == ("T1", "Ann", 1999, "1999-05-01", 1)
    assert (told.format, told.channels, told.bits_per_sample) == ("flac", 2, 16)
    assert told.source == str(gateway.music / "1.flac")
    assert told.bitrate > 0
    assert not told.HasField("genre")
    asked = pb.GetMetadataRequest(file_id=told.file_id)
    assert gateway.metadata.GetMetadata(asked, timeout=SECONDS) == told
    assert gateway.metadata.GetMetadata(
        pb.GetMetadataRequest(virtual_path="/ann/lib (1999)/01 - t1.FLAC"), timeout=SECONDS
    ) == told  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (pb.GetMetadataRequest(), "INVALID_ARGUMENT"),
        (pb.GetMetadataRequest(virtual_path="/"), "INVALID_ARGUMENT"),
        (pb.GetMetadataRequest(virtual_path="Ann"), "NOT_FOUND"),
        (pb.GetMetadataRequest(virtual_path="nowhere"), "NOT_FOUND"),
        (pb.GetMetadataRequest(virtual_path="../../etc/passwd"), "NOT_FOUND"),
        (pb.GetMetadataRequest(file_id=0), "INVALID_ARGUMENT"),
        (pb.GetMetadataRequest(file_id=-3), "INVALID_ARGUMENT"),
        (pb.GetMetadataRequest(file_id=5), "NOT_FOUND"),
    ],
)
def test_metadata_of_nothing(gateway: Gateway, asked: pb.GetMetadataRequest, code: str) -> None:
    assert status(lambda: gateway.metadata.GetMetadata(asked, timeout=SECONDS))[0] == code


def test_every_field_that_is_set_is_told_again(gateway: Gateway) -> None:
    file_id = gateway.id_of("T4")
    texts = {
        name: f"{name} é" for name in (
            "title", "artist", "album", "album_artist", "genre", "composer", "comment", "lyrics", "copyright",
            "artist_sort", "album_artist_sort", "album_sort", "title_sort", "mb_recording_id", "mb_album_id",
            "mb_artist_id", "label", "album_type", "cover_url",
        )
    }  # fmt: skip
    gains = {
        "replaygain_track_gain": -3.5, "replaygain_track_peak": 0.5, "replaygain_album_gain": 2.25,
        "replaygain_album_peak": 1.0,
    }  # fmt: skip
    asked = pb.UpdateMetadataRequest(
        file_id=file_id, track_number=7, disc_number=2, date="2001", compilation=True, custom_tags={"mood": "calm"},
        **texts, **gains,
    )  # fmt: skip
    done = gateway.metadata.UpdateMetadata(asked, timeout=SECONDS)
    assert done.success
    assert done.change > 0
    told = gateway.metadata.GetMetadata(pb.GetMetadataRequest(file_id=file_id), timeout=SECONDS)
    assert {name: getattr(told, name) for name in texts} == texts
    assert {name: getattr(told, name) for name in gains} == gains
    assert (told.track, told.disc, told.date, told.year, told.compilation) == (7, 2, "2001", 2001, True)
    assert dict(told.custom_tags) == {"mood": "calm"}
    gone = pb.UpdateMetadataRequest(file_id=file_id, genre="", custom_tags={"mood": ""})
    gateway.metadata.UpdateMetadata(gone, timeout=SECONDS)
    told = gateway.metadata.GetMetadata(pb.GetMetadataRequest(file_id=file_id), timeout=SECONDS)
    assert not told.HasField("genre")
    assert dict(told.custom_tags) == {}
    cleared = gateway.metadata.ClearOverlay(pb.ClearOverlayRequest(file_id=file_id), timeout=SECONDS)
    assert cleared.success
    assert gateway.metadata.GetMetadata(pb.GetMetadataRequest(file_id=file_id), timeout=SECONDS).title == "T4"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (pb.UpdateMetadataRequest(title="x"), "INVALID_ARGUMENT"),
        (pb.UpdateMetadataRequest(file_id=-1, title="x"), "INVALID_ARGUMENT"),
        (pb.UpdateMetadataRequest(file_id=5, title="x"), "NOT_FOUND"),
        (pb.UpdateMetadataRequest(file_id=5), "INVALID_ARGUMENT"),
        (pb.UpdateMetadataRequest(file_id=5, custom_tags={"a=b": "c"}), "INVALID_ARGUMENT"),
        (pb.UpdateMetadataRequest(file_id=5, custom_tags={"": "c"}), "INVALID_ARGUMENT"),
        (pb.UpdateMetadataRequest(file_id=5, custom_tags={"art:front": "c"}), "INVALID_ARGUMENT"),
        (pb.UpdateMetadataRequest(file_id=5, title="a\0b"), "INVALID_ARGUMENT"),
        (pb.UpdateMetadataRequest(file_id=5, lyrics="x" * 300_000), "INVALID_ARGUMENT"),
    ],
)
def test_updates_that_cannot_be(gateway: Gateway, asked: pb.UpdateMetadataRequest, code: str) -> None:
    assert status(lambda: gateway.metadata.UpdateMetadata(asked, timeout=SECONDS))[0] == code


def test_a_batch_goes_on_behind_what_cannot_be(gateway: Gateway) -> None:
    first, last = gateway.id_of("T1"), gateway.id_of("T2")
    change = pb.UpdateMetadataRequest(genre="Folk")
    items = [
        pb.BatchUpdateItem(file_id=first, metadata=change), pb.BatchUpdateItem(file_id=5, metadata=change),
        pb.BatchUpdateItem(file_id=first, metadata=pb.UpdateMetadataRequest(file_id=last, genre="Jazz")),
        pb.BatchUpdateItem(file_id=last, metadata=change),
    ]  # fmt: skip
    told = list(gateway.metadata.BatchUpdateMetadata(pb.BatchUpdateRequest(items=items), timeout=SECONDS))
    assert [(one.completed, one.total, bool(one.error_message)) for one in told] == [
        (1, 4, False), (2, 4, True), (3, 4, True), (4, 4, False),
    ]  # fmt: skip
    for number in (first, last):
        asked = pb.GetMetadataRequest(file_id=number)
        assert gateway.metadata.GetMetadata(asked, timeout=SECONDS).genre == "Folk"
    assert list(gateway.metadata.BatchUpdateMetadata(pb.BatchUpdateRequest(), timeout=SECONDS)) == []


def test_an_orchestrator_writes_below_the_user(gateway: Gateway) -> None:
    file_id, orchestrator = gateway.id_of("T3"), bearer(gateway.token("orchestrator"))
    change = pb.UpdateMetadataRequest(file_id=file_id, composer="Machine", label="Machine")
    gateway.metadata.UpdateMetadata(change, timeout=SECONDS, metadata=orchestrator)
    assert sources_of(gateway, "T3") == {"composer": "orchestrator", "label": "orchestrator"}
    gateway.metadata.UpdateMetadata(pb.UpdateMetadataRequest(file_id=file_id, label="Mine"), timeout=SECONDS)
    gateway.metadata.UpdateMetadata(change, timeout=SECONDS, metadata=orchestrator)
    told = gateway.metadata.GetMetadata(pb.GetMetadataRequest(file_id=file_id), timeout=SECONDS)
    assert (told.composer, told.label) == ("Machine", "Mine")
    gateway.metadata.ClearOverlay(pb.ClearOverlayRequest(file_id=file_id), timeout=SECONDS, metadata=orchestrator)
    assert sources_of(gateway, "T3") == {"label": "user"}
    edits = bearer(gateway.token("edit"))
    gateway.metadata.UpdateMetadata(change, timeout=SECONDS, metadata=edits)
    assert sources_of(gateway, "T3")["composer"] == TagSource.USER.value


def table(path: Path, gateway: Gateway, *rows: tuple[str, str]) -> Path:
    said = [
        {"path": str(gateway.music / name), "part": 0, "drive_path": "", "tags": {"mood": [mood]}} for name, mood in rows
    ]  # fmt: skip
    path.write_text(json.dumps(said))
    return path


def test_a_table_is_taken_in_whole_or_not_at_all(gateway: Gateway, tmp_path: Path) -> None:
    path = table(tmp_path / "tags.json", gateway, ("1.flac", "Glad"), ("2.flac", "Sad"))
    told = list(
        gateway.metadata.ImportMetadata(pb.ImportMetadataRequest(source_path=str(path), format="json"), timeout=SECONDS)
    )
    assert [(one.imported, one.total, one.current_file) for one in told] == [(0, 2, str(path)), (2, 2, str(path))]
    asked = pb.GetMetadataRequest(file_id=gateway.id_of("T2"))
    assert gateway.metadata.GetMetadata(asked, timeout=SECONDS).custom_tags["mood"] == "Sad"
    wrong = table(tmp_path / "wrong.json", gateway, ("1.flac", "Bored"), ("99.flac", "Gone"))
    (told_wrong,) = gateway.metadata.ImportMetadata(pb.ImportMetadataRequest(source_path=str(wrong)), timeout=SECONDS)
    assert told_wrong.error_message
    asked = pb.GetMetadataRequest(file_id=gateway.id_of("T1"))
    assert gateway.metadata.GetMetadata(asked, timeout=SECONDS).custom_tags["mood"] == "Glad"


@pytest.mark.parametrize("path", ["", "tags.csv", "/nowhere/tags.csv", "/dev/zero", "/etc", "/etc\0.csv"])
def test_what_is_no_table(gateway: Gateway, path: str) -> None:
    asked = pb.ImportMetadataRequest(source_path=path)
    said = status(lambda: gateway.metadata.ImportMetadata(asked, timeout=SECONDS))
    assert said[0] in ("INVALID_ARGUMENT", "NOT_FOUND")


def test_the_format_of_a_table_is_that_of_its_name(gateway: Gateway, tmp_path: Path) -> None:
    path = table(tmp_path / "tags.json", gateway)
    for format_ in ("csv", "xml"):
        asked = pb.ImportMetadataRequest(source_path=str(path), format=format_)
        assert (
            status(lambda asked=asked: gateway.metadata.ImportMetadata(asked, timeout=SECONDS))[0] == "INVALID_ARGUMENT"
        )
