"""Secrets that programs tell: which programs, what they may do, and who may name them."""

import os
import sys
import time
from pathlib import Path

import pytest
from patient import until
from toysection import SECTIONS, ToyOptions

from musfuse.config import load_config
from musfuse.config.secretcommands import NO_COMMANDS, SecretCommands, read_commands
from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError
from musfuse.origins import SourceSpec


def commands(*argv: str) -> SecretCommands:
    return SecretCommands({"nas": argv})


def script(text: str) -> SecretCommands:
    return commands(sys.executable, "-c", text)


def configured(tmp_path: Path, text: str, mode: int = 0o644) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_what_it_says_is_the_secret() -> None:
    assert Secret.kept_at("command:nas", "x", commands=script("print('sesame')")).reveal() == "sesame"
    assert script("print('a\\nb\\n')").told_by("nas", 100) == ("a\nb\n", "")


def test_no_shell_reads_it_and_it_has_no_input() -> None:
    assert commands("echo", "$HOME;", "`id`").told_by("nas", 100) == ("$HOME; `id`", "")
    assert script("import sys; print(repr(sys.stdin.read()))").told_by("nas", 100) == ("''", "")


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (script("import sys; print('hunter2', file=sys.stderr); sys.exit(3)"), "failed with status 3"),
        (script("print('hunter2' * 10_000)"), "over"),
        (script("import sys; sys.stdout.buffer.write(b'hunter2\\xff')"), "no text in UTF-8"),
        (commands("/no/such/program"), "cannot be run: No such file"),
        (NO_COMMANDS, r"is not there; \[secret_commands\] of the configuration file"),
    ],
)
def test_what_goes_wrong_is_told_without_what_it_said(made: SecretCommands, problem: str) -> None:
    text, said = made.told_by("nas", 100)
    assert text == ""
    with pytest.raises(ConfigError, match=rf"^nas: command:nas .*({problem}|is empty)") as caught:
        Secret.kept_at("command:nas", "nas", commands=made).reveal()
    assert "hunter2" not in str(caught.value) + said


def test_one_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    text = f"import subprocess, sys; print(subprocess.Popen(['sleep', '99']).pid, file=open({str(tmp_path / 'pid')!r}, 'w'), flush=True); sys.stdin.read(); subprocess.run(['sleep', '99'])"
    began = time.monotonic()
    assert "took over 1 s" in script(text).told_by("nas", 100, seconds=1)[1]
    assert time.monotonic() - began < 30
    child = Path(f"/proc/{int((tmp_path / 'pid').read_text())}/stat")
    until(lambda: not child.exists() or child.read_text().split()[2] == "Z")  # nobody may be there to collect it


def test_it_says_no_more_than_a_secret_has() -> None:
    text, problem = script("import sys\nwhile True: sys.stdout.write('x' * 4096)").told_by("nas", 1 << 16)
    assert (text, problem) == ("", "says over 65,536 bytes")


def test_options_and_sources_name_an_entry(tmp_path: Path) -> None:
    file = configured(tmp_path, '[secret_commands]\nnas = ["echo", "sesame"]\n[toy]\nkey = "command:nas"\n')
    config = load_config(SECTIONS, file, env={}).config
    assert config[ToyOptions].key.reveal() == "sesame"
    by_variable = load_config(SECTIONS, file, env={"MUSFUSE_TOY_KEY": "command:nas"}).config
    assert by_variable[ToyOptions].key.reveal() == "sesame"
    spec = SourceSpec("1", "toy", "toy://shelf", secrets={"key": "command:nas"})
    assert spec.secret("key", config[SecretCommands]).reveal() == "sesame"
    with pytest.raises(ConfigError, match=r"toy://shelf: key: command:nas is not there"):
        spec.secret("key").reveal()


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_can_write_names_none(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match=r"config.toml: \[secret_commands\] stands in a file that others.*chmod go-w"):
        load_config(SECTIONS, configured(tmp_path, '[secret_commands]\nnas = ["id"]\n', mode), env={})
    assert load_config(SECTIONS, configured(tmp_path, "[secret_commands]\n", mode), env={})


def test_the_file_of_another_user_names_none(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root gives a file away")
    file = configured(tmp_path, '[secret_commands]\nnas = ["id"]\n')
    os.chown(file, 12345, 12345)
    with pytest.raises(ConfigError, match="others than you can write"):
        load_config(SECTIONS, file, env={})


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ({"nas": "pass show nas"}, "names no program; write it as a list"), ({"nas": []}, "names no program"),
        ({"nas": [""]}, "names no program"), ({"nas": [1]}, "names no program"), ({"nas": ["a", 1]}, "is no text"),
        ({"nas": ["a", "b\0"]}, "is no text"), ({"../nas": ["a"]}, "can be no name"), ({"nas": {}}, "names no program"),
    ],
)  # fmt: skip
def test_what_names_no_program(entries: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=f"^here: secret_commands.*{problem}"):
        read_commands(entries, True, "here")


def test_no_variable_of_the_environment_names_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="MUSFUSE_SECRET_COMMANDS_NAS: no such option"):
        load_config(SECTIONS, env={"MUSFUSE_SECRET_COMMANDS_NAS": "id"})


@pytest.mark.parametrize("reference", ["command:", "command:../x", "command:a b", "command:rm -rf /"])
def test_what_is_no_name_of_an_entry(reference: str) -> None:
    with pytest.raises(ConfigError, match=r"^x: (command: wants the name of an entry|a secret is named)"):
        Secret.kept_at(reference, "x")
