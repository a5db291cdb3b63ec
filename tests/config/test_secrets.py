"""Secrets: where they are kept, what is refused, and that no rendering shows one."""

import copy
import dataclasses
import inspect
import io
import json
import logging
import os
import pickle
import pprint
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from toysection import SECTIONS, ToyOptions

from musfuse.cli import cli
from musfuse.config import Config, Loaded, load_config
from musfuse.config.secrets import MAX_SECRET, Secret, is_reference, unusable
from musfuse.config.template import toml_value
from musfuse.errors import ConfigError


def kept(path: Path, data: bytes, mode: int = 0o600) -> str:
    """A reference to a file with a secret."""
    path.write_bytes(data)
    path.chmod(mode)
    return f"file:{path}"


def reveal(reference: str, env: Mapping[str, str] | None = None) -> str:
    return Secret.kept_at(reference, "toy.key", env).reveal()


def test_a_variable_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KEY", "sesame")
    secret = Secret.kept_at("env:TOY_KEY", "toy.key")
    assert (secret.reveal(), secret.reference) == ("sesame", "env:TOY_KEY")
    monkeypatch.setenv("TOY_KEY", "mellon")
    assert secret.reveal() == "mellon"


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"sesame", "sesame"), (b"sesame\n", "sesame"), (b"sesame\r\n", "sesame"), (b"a\nb\n\n", "a\nb\n"), ("ключ".encode(), "ключ")],
)  # fmt: skip
def test_a_file(tmp_path: Path, data: bytes, text: str) -> None:
    assert reveal(kept(tmp_path / "key", data)) == text
    assert reveal(kept(tmp_path / "read-only", data, 0o400)) == text


def test_a_file_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    kept(tmp_path / "key", b"sesame")
    assert reveal("file:~/key") == "sesame"


def test_the_keyring() -> None:
    keyring = pytest.importorskip("keyring", reason="the package keyring is not installed")

    class Ring(keyring.backend.KeyringBackend):  # type: ignore[name-defined,misc]
        priority = 1
        locked = False

        def get_password(self, service: str, username: str) -> str | None:
            if self.locked:
                raise keyring.errors.KeyringLocked("sesame")
            return "sesame" if (service, username) == ("musfuse", "toy/key") else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

        def delete_password(self, service: str, username: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    try:
        assert reveal("keyring:musfuse/toy/key") == "sesame"
        with pytest.raises(ConfigError, match="keyring set musfuse other"):
            reveal("keyring:musfuse/other")
        ring.locked = True
        with pytest.raises(ConfigError, match=r"KeyringLocked.*unlock") as caught:
            reveal("keyring:musfuse/toy/key")
        assert "sesame" not in str(caught.value)
    finally:
        keyring.set_keyring(before)


def test_where_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"toy\.key: keyring:a/b needs the package keyring; `pip install"):
        reveal("keyring:a/b")


@pytest.mark.parametrize(
    "reference",
    ["", "hunter2", "env:", "env:A=B", "env:MUSFUSE_VIEW_POLICY", "env:a\0b", "file:", "file:hunter2", "file:/a\0b",
     "keyring:hunter2", "keyring:/hunter2", "keyring:hunter2/", "vault:hunter2"],
)  # fmt: skip
def test_what_is_no_reference_is_refused_without_repeating_it(reference: str) -> None:
    assert unusable(reference)
    with pytest.raises(ConfigError, match=r"^toy\.key: ") as caught:
        Secret.kept_at(reference, "toy.key")
    assert "hunter2" not in str(caught.value)


def test_where_it_is_not_there(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for reference, words in (
        ("env:TOY_KEY", r"env:TOY_KEY is not set; set it"), (f"file:{tmp_path}/none", "No such file"),
        (f"file:{tmp_path}", "not a regular file"), (f"file:{tmp_path}/pipe", "not a regular file"), ("file:/dev/zero", "not a regular file"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=rf"^toy\.key: .*{words}"):
            reveal(reference, {})


def test_what_is_no_secret(tmp_path: Path) -> None:
    for data, words in (
        (b"", "is empty"), (b"\n", "is empty"), (b"hunter2\0", "NUL"), (b"hunter2\xff", "no text in UTF-8"),
        (b"hunter2" * 10_000, "over 65,536 bytes"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=words) as caught:
            reveal(kept(tmp_path / "key", data))
        assert "hunter2" not in rendered(caught.value)
    for text, words in (("", "is empty"), ("a\udc80", "no text"), ("x" * (MAX_SECRET + 1), "over")):
        with pytest.raises(ConfigError, match=words):
            reveal("env:K", {"K": text})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match=rf"can be read by others.*`chmod 600 {tmp_path}/key`") as caught:
        reveal(kept(tmp_path / "key", b"hunter2", mode))
    assert "hunter2" not in rendered(caught.value)


def test_a_secret_in_the_configuration_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    kept(file, b'[toy]\nkey = "hunter2"\n', 0o644)
    with pytest.raises(ConfigError, match=rf"config.toml: toy\.key: .*`chmod 600 {file}`.*env:NAME") as caught:
        load_config(SECTIONS, file, env={})
    assert "hunter2" not in rendered(caught.value)
    file.chmod(0o600)
    loaded = load_config(SECTIONS, file, env={})
    assert loaded.config[ToyOptions].key.reveal() == "hunter2"
    assert loaded.origins["toy.key"] == str(file)


def test_names_of_secrets_may_stand_in_a_file_for_all(tmp_path: Path) -> None:
    kept(tmp_path / "config.toml", b'[toy]\nkey = "env:TOY_KEY"\n', 0o644)
    assert load_config(SECTIONS, tmp_path / "config.toml", env={}).config[ToyOptions].key


def test_one_that_is_not_there_stands_in_the_way_of_nothing_else(tmp_path: Path) -> None:
    kept(tmp_path / "config.toml", b'[toy]\nkey = "file:/nowhere/key"\n')
    key = load_config(SECTIONS, tmp_path / "config.toml", env={}).config[ToyOptions].key
    assert key
    with pytest.raises(ConfigError, match=r"config.toml: toy\.key: /nowhere/key: cannot be read"):
        key.reveal()


def test_no_secret_stands_on_a_command_line() -> None:
    with pytest.raises(ConfigError, match=r"toy\.key: everybody can see") as caught:
        load_config(SECTIONS, flags={"toy.key": "hunter2"}, env={})
    assert "hunter2" not in str(caught.value)
    loaded = load_config(SECTIONS, flags={"toy.key": "env:TOY_KEY"}, env={"TOY_KEY": "sesame"})
    assert loaded.config[ToyOptions].key.reveal() == "sesame"


def test_no_error_of_another_option_shows_it(tmp_path: Path) -> None:
    for other in ("boards = 0", "nothing = 1", "colour = 3"):
        kept(tmp_path / "config.toml", f'[toy]\nkey = "hunter2"\n{other}\n[tay]\nkey = "hunter2"\n'.encode())
        with pytest.raises(ConfigError) as caught:
            load_config(SECTIONS, tmp_path / "config.toml", env={})
        assert "hunter2" not in rendered(caught.value)


def test_equal_by_their_texts(tmp_path: Path) -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") == Secret.kept_at("env:K", "x", {"K": "a"})
    assert Secret() == Secret() != Secret("a")
    gone = Secret.kept_at("file:/nowhere/key", "x")
    assert gone == Secret.kept_at("file:/nowhere/key", "y")
    assert gone != Secret("a")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("\udc80") != Secret("a")


def test_it_is_neither_pickled_nor_encoded() -> None:
    toy = ToyOptions(key=Secret("hunter2"))
    for value in (toy.key, toy):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError):
                pickle.dumps(value, protocol)
        with pytest.raises(TypeError):
            json.dumps(value)
        with pytest.raises(TypeError):
            msgspec.json.encode(value)
        with pytest.raises(TypeError):
            msgspec.to_builtins(value)


def rendered(error: BaseException) -> str:
    """The error with its causes, and the locals of every frame of the program."""
    found: traceback.TracebackException | None = traceback.TracebackException.from_exception(error, capture_locals=True)
    text = ""
    while found is not None:
        found.stack = traceback.StackSummary.from_list([frame for frame in found.stack if frame.filename != __file__])
        text += "".join(found.format(chain=False))
        found = found.__cause__ or found.__context__
    return text


def failing(config: Config) -> str:
    toy = config[ToyOptions]
    try:
        raise ValueError(toy, toy.key)
    except ValueError as error:
        found = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(found.format())


def logged(*values: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    for value in values:
        for message in ("%s", "%r", "%10s"):
            handler.emit(logging.LogRecord("x", logging.ERROR, "x", 1, message, (value,), None))
    return stream.getvalue()


def renderings(loaded: Loaded) -> Iterator[str]:
    """Every way in which a configuration becomes text."""
    config, toy = loaded.config, loaded.config[ToyOptions]
    everything: tuple[Any, ...] = (loaded, config, toy, toy.key, loaded.values)
    for value in everything:
        yield from (str(value), repr(value), f"{value}", f"{value!r}", pprint.pformat(value), f"{[value]}")
    yield from (format(toy.key, ">20"), f"{toy.key:>9}", toml_value(toy.key), str(inspect.getmembers(toy.key)))
    yield from (str(dataclasses.asdict(toy)), str(dataclasses.astuple(toy)), str(dataclasses.replace(toy, boards=9)))
    yield from (str(copy.copy(toy)), repr(copy.deepcopy(toy)), json.dumps(dataclasses.asdict(toy), default=str))
    yield from (logged(*everything), failing(config), str(hash(toy.key)))
    yield msgspec.json.encode(toy, enc_hook=str).decode()


def shown(file: Path, env: Mapping[str, str]) -> Iterator[str]:
    """All that commands print about it."""
    for args in (
        ["show"],
        ["show", "--json"],
        ["show", "toy"],
        ["show", "toy.key"],
        ["show", "--json", "toy.key"],
        ["path"],
    ):
        done = CliRunner(env=env).invoke(cli, ["config", *args, "--config", str(file)], obj=SECTIONS)
        assert done.exit_code == 0, done.output
        yield done.output


SECRET = "hunter2"
AROUND = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@settings(max_examples=60, deadline=None)
@given(before=AROUND, after=AROUND, way=st.sampled_from(["literal", "file", "env", "own"]))
def test_no_rendering_of_any_configuration_shows_it(before: str, after: str, way: str) -> None:
    text = before + SECRET + after
    assume(not is_reference(text))
    with TemporaryDirectory() as name:
        file, env = Path(name, "config.toml"), dict[str, str]()
        value = {"literal": text, "file": f"file:{name}/key", "env": "env:TOY_KEY", "own": ""}[way]
        kept(Path(name, "key"), text.encode())
        kept(
            file,
            f"[toy]\nkey = {json.dumps(value, ensure_ascii=False).replace(chr(127), chr(92) + 'u007f')}\n".encode(),
        )
        if way in ("env", "own"):
            env = {"TOY_KEY" if way == "env" else "MUSFUSE_TOY_KEY": text}
        loaded = load_config(SECTIONS, file, env=env)
        assert SECRET in loaded.config[ToyOptions].key.reveal()
        for output in (*renderings(loaded), *shown(file, env)):
            assert SECRET not in output
