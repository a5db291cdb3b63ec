"""The file of app passwords: private, whole or as it was, and of no use with a server.db of another time."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from musfuse.errors import NotSignedInError, StoreError
from musfuse.server.apppasswords import AppPasswords
from musfuse.server.keys import digest
from server.serving import Desk, opened


def test_what_is_kept_is_told_to_every_process(tmp_path: Path) -> None:
    path = tmp_path / "app-passwords.json"
    one, other = AppPasswords(path), AppPasswords(path)
    assert one.text(digest("a")) is None
    one.keep_only(())
    assert not path.exists()
    one.put(digest("a"), "a")
    assert other.text(digest("a")) == "a"
    other.put(digest("b"), "b")
    assert (one.text(digest("a")), one.text(digest("b"))) == ("a", "b")
    one.keep_only({digest("b")})
    assert (other.text(digest("a")), other.text(digest("b"))) == (None, "b")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    one.keep_only(())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_file_that_others_read_counts_no_more(tmp_path: Path) -> None:
    path = tmp_path / "app-passwords.json"
    AppPasswords(path).put(digest("a"), "a")
    path.chmod(0o640)
    with pytest.raises(StoreError, match="can be read by others"):
        AppPasswords(path).text(digest("a"))


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[]", b'{"passwords": {"a": 1}}', b'{"passwords": ', b"\xff", b"x" * (5 << 20)]
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "app-passwords.json"
    path.write_bytes(said)
    path.chmod(0o600)
    with pytest.raises(StoreError, match="make new"):
        AppPasswords(path).text(digest("a"))


def test_a_write_that_fails_leaves_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = AppPasswords(tmp_path / "app-passwords.json")
    passwords.put(digest("a"), "a")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StoreError, match="No space left"):
        passwords.put(digest("b"), "b")
    monkeypatch.undo()
    assert (passwords.text(digest("a")), passwords.text(digest("b"))) == ("a", None)
    passwords.put(digest("c"), "c")  # what was left half is in nobody's way
    assert passwords.text(digest("c")) == "c"


def test_a_server_db_that_is_brought_back_lets_nobody_in_by_anothers(tmp_path: Path) -> None:
    """Numbers of devices may then be given twice, so passwords stand under their own hashes."""
    with opened(tmp_path) as desk:
        ada = desk.owner()
        desk.server.devices.make_app_password(ada, "old", "Ada")
    shutil.copy(tmp_path / "server.db", tmp_path / "kept")
    with opened(tmp_path) as desk:
        later = desk.server.devices.make_app_password(desk.user(), "new", "Bob")
    for end in ("", "-wal", "-shm"):
        (tmp_path / f"server.db{end}").unlink(missing_ok=True)
    shutil.move(tmp_path / "kept", tmp_path / "server.db")
    with opened(tmp_path) as desk:
        eve = desk.user("Eve")
        desk.server.devices.make_key(eve, "phone", "Eve")
        with pytest.raises(NotSignedInError):
            _enter(desk, "Eve", later.secret)


def _enter(desk: Desk, name: str, secret: str) -> None:
    desk.server.signing_in.by_app_password(name, secret, "192.0.2.1")
