"""Completion, by real shells on a terminal where they are installed, and by the protocol between script and program."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sound
from mount.conftest import Program
from tests_support import needs_program
from warm import musfuse, shell_line

Shell = Callable[..., list[list[str]]]

_WRAPPER = """#!/bin/sh
if [ -n "$_MUSFUSE_COMPLETE" ] || [ "$1" = completion ]; then exec {musfuse}; fi
'{python}' -S -E -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "$@" >> '{typed}'
"""
_SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'PS1="RE""ADY"; eval "$(musfuse completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -Uz compinit; compinit -u -D; PS1="RE""ADY"; eval "$(musfuse completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], 'musfuse completion fish | source; function fish_prompt; echo -n RE""ADY; end'),
}  # fmt: skip


@pytest.fixture
def album(program: Program, music: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A scanned library, the default one, with names that a shell has to quote."""
    sound.write(
        music / "1.flac", artist="Pink Floyd", album="Animals, too", title="It's $(touch pwned)", tracknumber="1"
    )
    monkeypatch.setenv("MUSFUSE_LIBRARY", str(program.library))
    program.ask("scan", music)
    return program


@pytest.fixture(params=list(_SHELLS))
def shell(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """Types lines at a shell, `\\t` and all; the arguments that `musfuse` was called with."""
    needs_program(request.param)
    argv, setup = _SHELLS[request.param]
    here, typed = tmp_path / "here", tmp_path / "typed"
    (here / "bin").mkdir(parents=True)
    wrapper = here / "bin" / "musfuse"
    wrapper.write_text(_WRAPPER.format(musfuse=shell_line('"$@"'), python=sys.executable, typed=typed))
    wrapper.chmod(0o755)
    (here / "Some Music").mkdir()
    (here / "list of tags.csv").touch()
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(here))
    monkeypatch.setenv("TERM", "dumb" if request.param != "fish" else "xterm")

    def run(*lines: str) -> list[list[str]]:
        ours, theirs = pty.openpty()
        with subprocess.Popen(argv, cwd=here, preexec_fn=lambda: os.login_tty(theirs)) as process:
            os.close(theirs)
            os.write(ours, setup.encode() + b"\n")
            for line in (*lines, "exit"):
                _read_until(ours, b"READY")
                os.write(ours, line.encode() + b"\n")
            _read_until(ours, None)
            os.close(ours)
        assert process.returncode == 0
        # Some shells take the slash behind a folder away again.
        return [[arg.rstrip("/") for arg in json.loads(line)] for line in typed.read_text().splitlines()]

    yield run
    assert not (here / "pwned").exists()


def _read_until(terminal: int, marker: bytes | None) -> None:
    said = b""
    try:
        while marker is None or marker not in said:
            piece = os.read(terminal, 65536)
            assert piece
            said += piece
    except OSError:  # the other side is closed
        assert marker is None, said


def test_a_real_shell_completes(shell: Shell, album: Program) -> None:
    assert shell(
        "musfuse stat\t", "musfuse config sh\tview.po\t", "musfuse mount --pol\torig\tx", "musfuse art set --kind ba\tx",
        "musfuse tag export catal\t", "musfuse ls Pi\tAni\t", "musfuse info Pink\\ Floyd/Animals,\\ too/01\t",
        "musfuse tag set Pi\t -- catalog\tx", 'musfuse info "Pink Floyd/Animals, too/\t', "musfuse info 'Pink Floyd/Animals, too/\t",
    ) == [
        ["status"], ["config", "show", "view.policy"], ["mount", "--policy", "original", "x"], ["art", "set", "--kind", "back", "x"],
        ["tag", "export", "catalognumber:"], ["ls", "Pink Floyd/Animals, too"],
        ["info", "Pink Floyd/Animals, too/01 - It's $(touch pwned).flac"], ["tag", "set", "Pink Floyd", "--", "catalognumber=x"],
        *[["info", "Pink Floyd/Animals, too/01 - It's $(touch pwned).flac"]] * 2,
    ]  # fmt: skip


def test_a_real_shell_completes_files(shell: Shell, album: Program) -> None:
    assert shell(
        "musfuse tag import li\t", "musfuse tag show lis\t", "musfuse scan Some\t", "musfuse source move ~/So\t x"
    ) == [
        ["tag", "import", "list of tags.csv"], ["tag", "show", "list of tags.csv"], ["scan", "Some Music"],
        ["source", "move", str(Path(os.environ["HOME"]) / "Some Music"), "x"],
    ]  # fmt: skip


def _answer(shell: str, words: str, cword: str, **env: str) -> list[str]:
    asked = {"_MUSFUSE_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": cword}
    done = musfuse(env={**env, **asked})
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split("\t") for line in done.stdout.splitlines() if line]
    return [value for kind, value, _ in lines if kind in ("plain", "path")]


def test_drives_and_sources_are_offered(album: Program, music: Path) -> None:
    album.run("mount", album.mnt)
    assert str(album.mnt) in _answer("zsh", "musfuse unmount /", "2")
    assert str(music) in _answer("fish", "musfuse source move /", "/")
    album.run("unmount", album.mnt)


@pytest.mark.parametrize("words", ["ls x", "tag show ar", "info ", "source move /", "tag show x -- ti", "satus x"])
def test_without_a_library_nothing_is_said(words: str, tmp_path: Path) -> None:
    line = f"musfuse {words}"
    _answer("bash", line, line.rpartition(" ")[2], MUSFUSE_LIBRARY=str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["bash", "zsh", "fish", "powershell"])
def test_every_script_asks_by_the_protocol(name: str) -> None:
    done = musfuse("completion", name)
    for word in (f"{name}_complete", "_MUSFUSE_COMPLETE", "COMP_WORDS", "COMP_CWORD"):
        assert word in done.stdout
