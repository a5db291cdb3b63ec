"""Pictures that the cache lost: found again in originals and beside them, or lost for good."""

from pathlib import Path

import pytest
import sound
from drive.albums import cover

from library.conftest import INSPECTORS, Desk
from musfuse.errors import UnavailableError
from musfuse.library.catalog.companions import Companions
from musfuse.library.restoring import PictureRestorer
from musfuse.media.art.facts import picture_digest
from musfuse.model import Stamp
from musfuse.origins import LocalOrigin, MemoryOrigin, Origin
from musfuse.store import KvNamespace, PictureStore


def restorer(desk: Desk, origin: Origin) -> PictureRestorer:
    return PictureRestorer(desk.tracks, Companions(desk.database), INSPECTORS, lambda _: origin)


def pictures(desk: Desk, origin: Origin) -> PictureStore:
    """A store over an emptied cache, put together as the library does it."""
    made = PictureStore(desk.store)
    made.restore = lambda digest: restorer(desk, origin).restore(digest, made.get)
    return made


@pytest.fixture
def scanned(desk: Desk, music: Path, origin: LocalOrigin) -> Desk:
    sound.add_picture(sound.write(music / "1.wav", title="T"), cover((400, 400)))
    (music / "cover.png").write_bytes(cover((50, 40), "PNG"))
    desk.scan(origin)
    for key in list(desk.store.scan(KvNamespace.ARTWORK)):
        desk.store.delete(KvNamespace.ARTWORK, key)
    with desk.database.write() as db:  # as after the cover was asked for
        db.execute(
            "UPDATE item_tags SET picture = json_object('digest', ?, 'size', 9, 'mime', 'image/jpeg')",
            (picture_digest(cover((400, 400))),),
        )
    return desk


def test_an_embedded_one_and_one_beside_the_audio_come_back(scanned: Desk, origin: LocalOrigin) -> None:
    store = pictures(scanned, origin)
    for data in (cover((400, 400)), cover((50, 40), "PNG")):
        assert store.get(picture_digest(data)) == data
        assert scanned.store.get(KvNamespace.ARTWORK, picture_digest(data)) == data


def test_a_smaller_one_is_made_of_what_comes_back(scanned: Desk, origin: LocalOrigin) -> None:
    small = pictures(scanned, origin).get(f"{picture_digest(cover((400, 400)))}-150")
    assert small is not None
    assert small[:2] == b"\xff\xd8"
    assert len(small) < len(cover((400, 400)))
    assert pictures(scanned, origin).get("ab-150") is None


@pytest.mark.parametrize("digest", ["", "%", "_" * 32, '"', "ab", "f" * 32, "-150", "ab-", "ab-150-150"])
def test_what_nothing_holds_is_lost(scanned: Desk, origin: LocalOrigin, digest: str) -> None:
    """A digest is no pattern, whatever it holds."""
    assert pictures(scanned, origin).get(digest) is None


class Odd(MemoryOrigin):
    """Says of its files what it said before, whatever is in them now; may be away."""

    away, now = False, b""

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        if self.away:
            raise UnavailableError(f"{path}: the disk is unplugged")
        return self.now[offset : offset + size] if self.now else super().read(path, offset, size, stamp)


@pytest.fixture
def odd(desk: Desk) -> Odd:
    made = Odd("m", {"a.wav": b"RIFF", "cover.png": cover((50, 40), "PNG")})
    desk.scan(made)
    desk.store.delete(KvNamespace.ARTWORK, picture_digest(cover((50, 40), "PNG")))
    return made


def test_one_that_cannot_be_read_now_is_not_lost(desk: Desk, odd: Odd) -> None:
    digest = picture_digest(cover((50, 40), "PNG"))
    odd.away = True
    found = restorer(desk, odd)
    for wanted in (digest, f"{digest}-150"):
        with pytest.raises(UnavailableError):
            found.restore(wanted, lambda base: found.restore(base, lambda _: None))
    odd.away = False
    assert found.restore(digest, lambda _: None) == cover((50, 40), "PNG")


def test_another_picture_in_its_place_is_not_taken_for_it(desk: Desk, odd: Odd) -> None:
    odd.now = cover((50, 40), "PNG", (9, 9, 9))
    assert restorer(desk, odd).restore(picture_digest(cover((50, 40), "PNG")), lambda _: None) is None


def test_another_one_in_an_original_is_not_taken_for_it(scanned: Desk, origin: LocalOrigin) -> None:
    digest = "d" * 40
    with scanned.database.write() as db:
        db.execute("UPDATE item_tags SET picture = json_object('digest', ?, 'size', 9, 'mime', 'x')", (digest,))
    assert restorer(scanned, origin).restore(digest, lambda _: None) is None


def test_what_is_lost_is_looked_for_once(scanned: Desk, origin: LocalOrigin) -> None:
    found = restorer(scanned, origin)
    assert found.restore("f" * 32, lambda _: None) is None
    asked: list[str] = []
    with scanned.database.read() as reader:  # the one that is lent next, too
        reader.set_trace_callback(asked.append)
    assert found.restore("f" * 32, lambda _: None) is None
    assert asked == []
    assert found.restore("e" * 32, lambda _: None) is None
    assert asked
