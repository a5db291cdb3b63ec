"""Getting in, against a real server: known hosts, keys, the user's own configuration, connections that break."""

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from patient import until
from sshd import Sshd, make_key, running

from musfuse.errors import AwayError, NotLetInError
from musfuse.origins import OpenContext, Origin, SftpScheme, SourceSpec

pytest.importorskip("asyncssh", reason="the extra musfuse[sftp] is not installed")

from musfuse.origins.sftp import session
from musfuse.sources.lane import Limits


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server that tests may cut off."""
    with running(tmp_path_factory.mktemp("own")) as server:
        yield server


def opened(server: Sshd, folder: Path, uri: str = "", **options: str) -> Origin:
    spec = SourceSpec("s", "sftp", uri or server.uri(folder), options={**server.options, **options})
    return SftpScheme().open(spec, OpenContext())


def test_a_host_that_is_not_known_is_refused_with_what_accepts_it(sshd: Sshd, tmp_path: Path) -> None:
    for text in ("", f"[127.0.0.1]:{sshd.port} " + other_key(tmp_path)):
        (tmp_path / "known").write_text(text)
        origin = opened(sshd, tmp_path, known_hosts=str(tmp_path / "known"))
        with pytest.raises(
            NotLetInError, match=rf"its key SHA256:\S+ is not among the known hosts; `ssh -p {sshd.port} -- "
        ):
            origin.stat("")
        origin.close()


def other_key(folder: Path) -> str:
    make_key(folder / "other")
    return " ".join((folder / "other.pub").read_text().split()[:2]) + "\n"


def test_a_key_that_does_not_open_it(sshd: Sshd, tmp_path: Path) -> None:
    other_key(tmp_path)
    origin = opened(sshd, tmp_path, key=str(tmp_path / "other"))
    with pytest.raises(NotLetInError, match=r"lets nobody in with these keys; `ssh -p.*`key=FILE`.*`source add --set`"):
        origin.stat("")
    origin.close()


def test_a_key_that_is_not_there(sshd: Sshd, tmp_path: Path) -> None:
    origin = opened(sshd, tmp_path, key=str(tmp_path / "none"))
    with pytest.raises(NotLetInError, match=r"No such file.*none"):
        origin.stat("")
    origin.close()


def test_a_folder_that_is_not_there(sshd: Sshd, tmp_path: Path) -> None:
    origin = opened(sshd, tmp_path / "none")
    with pytest.raises(Exception, match="no such file or folder"):
        origin.stat("")
    origin.close()


def test_the_users_own_configuration_counts(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/config").write_text(
        f"Host nas\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {sshd.user}\n  IdentityFile {sshd.key}\n"
        f"  UserKnownHostsFile {sshd.known}\n  Ciphers aes256-ctr\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / "a.wav").write_bytes(b"1")
    origin = SftpScheme().open(SourceSpec("s", "sftp", f"sftp://nas{tmp_path}"), OpenContext())
    assert origin.read("a.wav", 0, 5) == b"1"
    origin.close()


def test_nobody_listens(sshd: Sshd, tmp_path: Path) -> None:
    origin = opened(sshd, tmp_path, uri="sftp://127.0.0.1:9/x")
    with pytest.raises(AwayError, match=r"127\.0\.0\.1:9: cannot be reached: .*refused"):
        origin.stat("")
    origin.close()


def test_a_broken_connection_is_made_again(own: Sshd, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"0123456789")
    origin = opened(own, tmp_path)
    stamp = origin.stat("a.wav").stamp
    assert origin.read("a.wav", 0, 3, stamp) == b"012"
    own.stop()

    def fails() -> bool:
        with pytest.raises(AwayError) as caught:
            origin.read("a.wav", 3, 3, stamp)
        return "refused" in str(caught.value)

    until(fails)
    own.start()
    assert origin.read("a.wav", 3, 3, stamp) == b"345"
    origin.close()


def test_a_server_that_stands_still_is_given_up_by_itself(
    own: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As often as it may not answer it is asked, and once more it is waited for: with the real pauses, that is done
    before a reader has waited as long as readers wait."""
    (tmp_path / "a.wav").write_bytes(b"0123456789")
    tries, seconds = session._ALIVE_TRIES, session._ALIVE_SECONDS
    monkeypatch.setattr(session, "_ALIVE_SECONDS", 0.4)
    caplog.set_level(logging.DEBUG, "asyncssh")
    origin = opened(own, tmp_path)
    stamp = origin.stat("a.wav").stamp
    own.signal(signal.SIGSTOP)
    try:
        with pytest.raises(AwayError, match="connection broke"):
            origin.read("a.wav", 0, 3, stamp)
    finally:
        own.signal(signal.SIGCONT)
    asked = caplog.text.rpartition("Got keepalive response")[2].count("Sending keepalive request")
    assert asked == tries
    assert seconds * (asked + 1) <= Limits().reader_seconds - 1
    assert origin.read("a.wav", 0, 3, stamp) == b"012"
    origin.close()
