"""Tokens: only hashes are kept, and what is revoked or expired is worth nothing, in every process at once."""

import os
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import NotFoundError, StoreError
from musfuse.store.tokentable import TokenTable


def test_a_token_is_good_until_it_is_revoked(tmp_path: Path) -> None:
    path = tmp_path / "tokens.db"
    with closing(TokenTable(path, lambda: 5)) as one, closing(TokenTable(path, lambda: 6)) as other:
        assert one.check("mft_1_" + "A" * 43) is None
        assert one.rows() == []
        assert not path.exists()  # asking makes nothing
        token, text = one.create("phone", {"read", "edit"})
        assert other.check(text) == token == one.rows()[0]
        assert other.holds(token.id)
        assert not other.holds(token.id + 1)
        assert (token.scopes, token.created_ns, token.expires_ns) == ({"read", "edit"}, 5, 0)
        assert other.revoke(token.id).revoked_ns == 6
        assert one.check(text) is None
        assert one.revoke(token.id).revoked_ns == 6  # it stays as it was
        assert not one.holds(token.id)
        assert one.create("next", {"read"})[0].id == token.id + 1


def test_only_a_hash_is_kept_and_only_its_user_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "tokens.db"
    with closing(TokenTable(path)) as table:
        _, text = table.create("phone", {"read"})
    secret = text.rpartition("_")[2]
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_no_token_is_worth_nothing(tmp_path: Path) -> None:
    with closing(TokenTable(tmp_path / "tokens.db")) as table:
        token, text = table.create("", {"read"})
        wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
        others = (wrong, text + "A", text.upper(), f"mft_{token.id + 1}_{text[-43:]}", "", "mft__", "mft_0_" + text[-43:],
                  "mft_999999999999999999999_" + text[-43:], "\ud800", text + "\n", " " + text, "é" * 50)  # fmt: skip
        assert [table.check(other) for other in others] == [None] * len(others)
        assert table.check(text) == token


def test_tokens_go_with_their_file(tmp_path: Path) -> None:
    path = tmp_path / "tokens.db"
    with closing(TokenTable(path)) as reading:
        with closing(TokenTable(path)) as table:
            _, text = table.create("", {"read"})
        assert reading.check(text) is not None
        for file in tmp_path.iterdir():
            file.unlink()
        assert reading.check(text) is None
        with closing(TokenTable(path)) as table:
            _, other = table.create("", {"read"})
        assert reading.check(text) is None
        assert reading.check(other) is not None


def test_a_token_expires(tmp_path: Path) -> None:
    now = [10]
    with closing(TokenTable(tmp_path / "tokens.db", lambda: now[0])) as table:
        _, text = table.create("", {"read"}, expires_ns=20)
        now[0] = 19
        assert table.check(text) is not None
        now[0] = 20
        assert table.check(text) is None


def test_there_is_nothing_to_revoke(tmp_path: Path) -> None:
    with closing(TokenTable(tmp_path / "tokens.db")) as table:
        with pytest.raises(NotFoundError, match="token list"):
            table.revoke(1)
        table.create("", {"read"})
        with pytest.raises(NotFoundError):
            table.revoke(2)


def test_a_file_that_is_no_database_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "tokens.db"
    path.write_bytes(b"no database" * 100)
    with closing(TokenTable(path)) as table, pytest.raises(StoreError, match=r"tokens\.db.*make new tokens"):
        table.check("mft_1_" + "A" * 43)
    with (
        closing(TokenTable(tmp_path / "gone" / "tokens.db")) as table,
        pytest.raises(StoreError, match="cannot be made"),
    ):
        table.create("", {"read"})


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "tokens.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    with closing(TokenTable(path)) as table, pytest.raises(StoreError, match="newer"):
        table.create("", {"read"})


def test_tokens_are_checked_where_nothing_can_be_written(tmp_path: Path) -> None:
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip("only root mounts a disk")
    from tests_support import small_disk

    with small_disk(tmp_path / "disk", 4096) as disk:
        with closing(TokenTable(disk / "tokens.db")) as table:
            token, text = table.create("", {"read"})
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with closing(TokenTable(disk / "tokens.db")) as table:
            assert table.check(text) == table.rows()[0] == token
            with pytest.raises(StoreError, match=r"tokens\.db"):
                table.revoke(token.id)
