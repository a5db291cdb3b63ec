"""`musfuse config`"""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest
from warm import musfuse

from cli.inprocess import run
from musfuse.app.sections import default_sections
from musfuse.config import Config, load_config


def _run(*args: str | Path, code: int = 0, **env: str) -> str:
    done = musfuse("config", *args, env=env)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if not code else done.stderr


def test_one_value_can_be_used_by_scripts(tmp_path: Path) -> None:
    assert _run("show", "view.policy") == "flac\n"
    assert _run("show", "flac.repair", MUSFUSE_FLAC_REPAIR="yes") == "true\n"
    assert _run("show", "view.template").startswith("${albumartist|artist}/")
    assert json.loads(_run("show", "--json", "flac.level"))["value"] == 5
    section = json.loads(_run("show", "--json", "flac"))
    assert [row["option"] for row in section] == ["flac.encoder", "flac.level", "flac.repair", "flac.padding"]
    assert "did you mean view.policy?" in _run("show", "view.polcy", code=2)


def test_the_path_of_the_file_that_counts(tmp_path: Path) -> None:
    assert _run("path", XDG_CONFIG_HOME=str(tmp_path)) == f"{tmp_path}/musfuse/config.toml\n"
    assert _run("path", MUSFUSE_CONFIG=str(tmp_path / "x.toml")) == f"{tmp_path}/x.toml\n"
    assert _run("path", "--config", tmp_path / "y.toml", MUSFUSE_CONFIG="x.toml") == f"{tmp_path}/y.toml\n"
    assert f"file: {tmp_path}/x.toml" in _run("show", MUSFUSE_CONFIG=str(_written(tmp_path / "x.toml")))


def _written(path: Path) -> Path:
    path.write_text("")
    return path


def test_init_writes_every_default_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    assert _run("init", "--config", file) == f"written to {file}\n"
    text = file.read_text()
    assert load_config(default_sections(), file).config == Config()
    assert set(load_config(default_sections(), file).origins.values()) == {"default"}
    for info in default_sections().options.values():
        text = text.replace(f"\n#{info.key} = ", f"\n{info.key} = ")
    file.write_text(text)
    edited = load_config(default_sections(), file)
    assert edited.config == Config()
    assert set(edited.origins.values()) == {str(file)}
    assert "is there already" in _run("init", "--config", file, code=2)
    assert file.read_text() == text


def test_init_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in _run("init", "--config", tmp_path / "file" / "config.toml", code=2)


def test_an_option_is_set_in_the_file_where_nobody_has_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    file = tmp_path / "config.toml"
    file.write_text("# mine\n")
    at = ("--library", tmp_path / "library", "--config", file)
    assert "say --save for the file" in run("config", "set", *at, "flac.level", "8", code=2).err
    assert "did you mean flac.level?" in run("config", "set", *at, "flac.lewel", "8", code=2).err
    assert "'9'" not in run("config", "set", *at, "--save", "flac.level", "9", code=2).err
    assert file.read_text() == "# mine\n"
    assert run("config", "set", *at, "--save", "flac.level", "8").out == f"written to {file}\n"
    assert file.read_text() == "# mine\n\n[flac]\nlevel = 8\n"
    monkeypatch.setenv("MUSFUSE_FLAC_LEVEL", "2")
    assert "environment MUSFUSE_FLAC_LEVEL is stronger" in run("config", "set", *at, "--save", "flac.level", "5").err
    told = json.loads(run("config", "set", *at, "--save", "--json", "flac.repair", "true").out)
    assert (told["value"], told["effect"], told["saved"]) == (True, "start", str(file))


def test_an_option_is_set_in_the_process_that_has_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.hosting import run_host

    from musfuse.platform import system

    monkeypatch.setattr(system, "on_terminate", lambda stop: None)
    (tmp_path / "music").mkdir()
    at = ("--library", tmp_path / "state", "--config", tmp_path / "config.toml")
    (tmp_path / "config.toml").write_text("")
    with ExitStack() as closing:
        host = run_host(tmp_path / "state", tmp_path / "music", closing, index__background=False)
        assert run("config", "set", *at, "backup.keep", "3").out == "backup.keep is 3 now (was 7)\n"
        told = json.loads(run("config", "set", *at, "--json", "view.sidecars", "*.pdf").out)
        assert (told["before"], told["value"], told["effect"]) == ("", "*.pdf", "now")
        assert host.library.upkeep.options.keep == 3
        assert "say --save, then `musfuse stop`" in run("config", "set", *at, "flac.level", "8", code=2).err
        said = run("config", "set", *at, "--save", "flac.level", "8").out
        assert said.startswith("flac.level counts from the next start on")
        assert "unmount, and mount again" in run("config", "set", *at, "fuse.cache_seconds", "5").out
