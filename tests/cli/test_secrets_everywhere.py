"""Secrets of sources on real servers, from each of the four places where one may be kept: they stand in nothing that is
kept, said, logged or told to the system."""

import logging
import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sound
from s3servers import S3Server
from sshd import Sshd

from cli.inprocess import ended_as, run
from musfuse.origins import OpenContext, SourceSpec, default_registry

SECRET = f"hunter2-{os.urandom(8).hex()}"  # another in each process: one of them is an argument of ssh-keygen
KINDS = ("env", "file", "command", "keyring")


@pytest.fixture
def reference(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What names the secret, which is kept in a place of one kind."""
    kind = str(request.param)
    kept = tmp_path / "kept"
    kept.write_text(f"{SECRET}\n")
    kept.chmod(0o600)
    (tmp_path / "config.toml").write_text(f'[secret_commands]\nnas = ["cat", "{kept}"]\n[logging]\nlevel = "debug"\n')
    if kind == "env":
        monkeypatch.setenv("FAR_SECRET", SECRET)
    elif kind == "keyring":
        keyring = pytest.importorskip("keyring", reason="the package keyring is not installed")
        ring = {("nas", "ann"): SECRET}
        monkeypatch.setattr(keyring, "get_password", lambda service, user: ring.get((service, user)))
    names = {"env": "env:FAR_SECRET", "file": f"file:{kept}", "command": "command:nas", "keyring": "keyring:nas/ann"}
    return names[kind]


def options_of(scheme: str, request: pytest.FixtureRequest, folder: Path) -> tuple[str, str, dict[str, str]]:
    """A source with a track on a server: its URI, the option that is a secret, and all others."""
    sound.write(folder / "music/1.flac", 20_000, title="T1", artist="Ann", album="Best")
    if scheme == "sftp":
        sshd: Sshd = request.getfixturevalue("sshd")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", SECRET, "-f", folder / "locked"], check=True)
        with (sshd.folder / "authorized").open("a") as authorized:
            authorized.write((folder / "locked.pub").read_text())
        given = {"key": str(folder / "locked"), "known_hosts": str(sshd.known)}
        return sshd.uri(folder / "music"), "passphrase", given
    find: Callable[[str], S3Server] = request.getfixturevalue("s3server")
    server = find("moto")  # which lets anybody in
    server.write(f"{folder.name}/1.flac", (folder / "music/1.flac").read_bytes())
    return f"s3://music/{folder.name}", "secret_key", {**server.options, "access_key": "env:S3_TEST_ACCESS"}


@pytest.mark.expects_errors
@pytest.mark.parametrize("reference", KINDS, indirect=True)
@pytest.mark.parametrize("scheme", ["sftp", "s3"])
def test_it_stands_nowhere(
    reference: str, scheme: str, request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    uri, secret, options = options_of(scheme, request, tmp_path)
    library, config = tmp_path / "library", tmp_path / "config.toml"
    known = ["--library", library, "--config", config]
    given = [f"--set={key}={value}" for key, value in {**options, secret: reference, "name": "nas"}.items()]
    done = [run("source", "add", *known, *given, uri), run("scan", *known)]
    assert "1 read" in done[-1].out
    done += [run("source", "show", "--json", "--library", library, "nas"), run("status", "--library", library)]
    done += [ended_as("source", "set", *known, "nas", f"{secret}={SECRET}"), ended_as("report", "--library", library)]
    done += [ended_as("source", "add", *known, *given, f"{uri}x"), ended_as("backup", "--library", library)]
    secrets = {key: value for key, value in {**options, secret: reference}.items() if key in (secret, "access_key")}
    plain = {key: value for key, value in options.items() if key not in secrets}
    spec = SourceSpec("u", scheme, uri, options=plain, secrets=secrets)
    origin = default_registry().scheme(scheme).open(spec, OpenContext())
    with closing(origin):
        assert f"{secrets}" in f"{spec}"
        assert SECRET not in f"{origin.spec()} {spec} {origin!r} {vars(origin)}"
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert SECRET.encode() not in found.read_bytes()
        except OSError:  # it ended
            continue
    assert SECRET not in "".join(f"{one.out}{one.err}" for one in done)
    assert SECRET not in caplog.text
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name != "kept":
            assert SECRET.encode() not in path.read_bytes(), path
