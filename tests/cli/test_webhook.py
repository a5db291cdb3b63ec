"""`musfuse webhook`"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
from standardwebhooks import Webhook
from webhooks.receiver import Receiver, receiver, status

from cli.inprocess import run


@pytest.fixture
def at() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    sound.write(tmp_path / "music/1.wav", 5000, title="One")
    run("scan", "--library", tmp_path / "library", tmp_path / "music")
    return tmp_path / "library"


def test_one_is_added_with_a_new_secret_tested_and_removed(library: Path, at: Receiver) -> None:
    said = run("webhook", "add", "--library", library, "--allow-private", "--event", "file_added", at.url)
    (kept,) = library.glob("webhook-*.secret")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert f"its secret is in {kept}" in said.out
    assert kept.read_text().strip() not in said.out
    (told,) = json.loads(run("webhook", "list", "--library", library, "--json").out)
    assert (told["events"], told["state"], told["secret"]) == (["file_added"], "idle", f"file:{kept}")
    assert "taken: 204" in run("webhook", "test", "--library", library, told["id"]).out
    Webhook(kept.read_text().strip()).verify(at.got[0].body, at.got[0].headers)
    at.answer = status(500)
    assert "not taken: it answered 500" in run("webhook", "test", "--library", library, told["id"], code=1).err
    (status_told,) = json.loads(run("status", "--library", library, "--json").out)
    untold = f"{told['url']}: did not take what it was sent last: it answered 500"
    assert status_told["untold"] == [untold]
    assert "did not take what it was sent" in run("status", "--library", library).out
    rows = json.loads(run("webhook", "log", "--library", library, "--json", "--failed").out)
    assert [(row["status"], row["problem"]) for row in rows] == [(500, "it answered 500")]
    shown = run("webhook", "list", "--library", library).out + run("webhook", "log", "--library", library).out
    assert "taken (204)" in shown
    assert "hidden" not in shown
    assert "is told nothing any more" in run("webhook", "remove", "--library", library, told["id"]).out
    assert json.loads(run("webhook", "list", "--library", library, "--json").out) == []


def test_what_happens_while_nobody_sends_waits(library: Path, at: Receiver, tmp_path: Path) -> None:
    run("webhook", "add", "--library", library, "--allow-private", "--event", "file_added", at.url)
    sound.write(tmp_path / "music/2.wav", 5000, title="Two", seed=2)
    run("scan", "--library", library)
    (told,) = json.loads(run("webhook", "list", "--library", library, "--json").out)
    assert (told["waiting"], at.got) == (1, [])
    (row,) = run("webhook", "list", "--library", library).out.splitlines()[1:]
    assert row.split()[-3:] == ["1", "due", "0"]
    assert "1 message was not sent" in run("webhook", "remove", "--library", library, told["id"]).out


def test_what_is_wrong_leaves_no_secret_behind(library: Path) -> None:
    assert "must begin with https" in run("webhook", "add", "--library", library, "ftp://a/", code=2).err
    assert "no such event" in run("webhook", "add", "--library", library, "--event", "x", "https://a/", code=2).err
    assert not list(library.glob("webhook-*.secret"))
    said = run("webhook", "add", "--library", library, "http://127.0.0.1:9/")
    assert "nothing can be sent: 127.0.0.1 is a private address" in said.err
