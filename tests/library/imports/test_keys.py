"""What tracks are known by."""

from musfuse.library.imports.keys import HOW, NEAR, Kind, keys_of

TAGS = {"title": ("Déjà Vu",), "artist": ("Beyoncé",), "album": ("B'Day",), "tracknumber": ("2/11",)}


def test_names_are_folded_and_numbers_read() -> None:
    other = {
        "title": ("DEJA VU",),
        "artist": ("beyonce",),
        "album": ("b'day",),
        "tracknumber": ("02",),
        "discnumber": ("1",),
    }
    assert set(keys_of(TAGS)) == set(keys_of(other))
    assert {kind for kind, _ in keys_of(TAGS)} == {Kind.TITLE, Kind.TITLE_ON_ALBUM}
    assert set(keys_of(TAGS)) != set(keys_of({**TAGS, "tracknumber": ("3",)}))


def test_ids_count_each_and_on_an_album() -> None:
    ids = {"musicbrainz_trackid": ("ABC",), "musicbrainz_albumid": ("D",), "isrc": ("X1", "X2"), "acoustid_id": ("q",)}
    found = list(keys_of(ids))
    assert [kind for kind, _ in found].count(Kind.ISRC) == 2
    assert {kind for kind, _ in found} == {Kind.RECORDING, Kind.RECORDING_ON_ALBUM, Kind.ISRC, Kind.ACOUSTID}
    assert set(found) == set(keys_of({name: tuple(v.lower() for v in values) for name, values in ids.items()}))


def test_blank_values_are_none() -> None:
    assert list(keys_of({"title": ("x",), "artist": (" ",), "isrc": ("",), "acoustid_id": (" ",)})) == []
    assert list(keys_of({})) == []


def test_ids_come_before_sounds_and_sounds_before_names() -> None:
    assert set(NEAR) == set(HOW) == set(Kind)
    assert list(dict.fromkeys(HOW[Kind(kind)] for kind in NEAR)) == ["id", "fingerprint", "tags"]
