"""A section that is handed in is read, shown, written and completed as the built-in ones are."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from toysection import SECTIONS, ToyOptions

from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.cli import cli
from musfuse.config import Config, load_config
from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError
from musfuse.library.options import ViewOptions

EVERY = '[toy]\ncolour = "green"\nboards = 5\nlocked = true\nlabel = "mine"\nkey = "env:TOY_KEY"\n'


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return file


def run(*args: str | Path) -> Result:
    done = CliRunner().invoke(cli, [str(arg) for arg in args], obj=SECTIONS, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done


def test_an_option_of_each_type_from_the_file(tmp_path: Path) -> None:
    loaded = load_config(SECTIONS, write(tmp_path, EVERY), env={"TOY_KEY": "sesame"})
    assert loaded.config[ToyOptions] == ToyOptions("green", 5, True, "mine", Secret("sesame"))
    assert loaded.config[ToyOptions].key.reveal() == "sesame"
    assert loaded.config[ViewOptions] == ViewOptions()
    assert loaded.origins["toy.key"] == f"{tmp_path / 'config.toml'}, env:TOY_KEY"
    assert loaded.origins["toy.boards"] == str(tmp_path / "config.toml")


def test_the_environment_and_flags_are_stronger(tmp_path: Path) -> None:
    env = {"MUSFUSE_TOY_BOARDS": "7", "MUSFUSE_TOY_LOCKED": "no", "MUSFUSE_TOY_KEY": "mellon", "MUSFUSE_TOY_LABEL": "x"}
    loaded = load_config(SECTIONS, write(tmp_path, EVERY), {"toy.label": "y"}, env)
    assert loaded.config[ToyOptions] == ToyOptions("green", 7, False, "y", Secret("mellon"))
    assert loaded.origins["toy.key"] == "environment MUSFUSE_TOY_KEY"


def test_it_has_its_defaults_where_nothing_is_said() -> None:
    toy = load_config(SECTIONS, env={}).config[ToyOptions]
    assert toy == ToyOptions()
    assert not toy.key
    assert toy.key.reveal() == ""


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('colour = "blue"', "not one of red, green"), ("boards = 0", "at least 1"), ("locked = 1", "not true or false"),
        (f'label = "{"x" * 21}"', "longer than 20"), ("kye = 1", "did you mean toy.key?"), ("key = 4711", "a secret is text"),
        ('key = "env:"', "env:NAME"), ('key = "a\\u0000b"', "NUL"),
    ],
)  # fmt: skip
def test_its_values_are_checked(tmp_path: Path, toml: str, words: str) -> None:
    file = write(tmp_path, f"[toy]\n{toml}\n")
    with pytest.raises(ConfigError, match="toy") as caught:
        load_config(SECTIONS, file, env={})
    assert words in str(caught.value)
    assert "4711" not in str(caught.value)


def test_it_is_unknown_where_nobody_hands_it_in(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"toy\.colour: no such option"):
        load_config(default_sections(), write(tmp_path, EVERY), env={})


def test_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KEY", "sesame")
    file = write(tmp_path, EVERY)
    shown = run("config", "show", "--config", file).output
    assert "toy.boards" in shown
    rows = {row["option"]: row for row in json.loads(run("config", "show", "--json", "--config", file).output)}
    assert (rows["toy.key"]["value"], rows["toy.key"]["from"]) == ("***", f"{file}, env:TOY_KEY")
    assert (rows["toy.boards"]["value"], rows["toy.boards"]["env"]) == (5, "MUSFUSE_TOY_BOARDS")
    assert run("config", "show", "--config", file, "toy.key").output == "***\n"
    assert list(rows)[: len(default_sections().options)] == list(default_sections().options)
    assert "sesame" not in shown + str(rows)


def test_no_secret_is_shown_as_none(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    assert run("config", "show", "--config", file, "toy.key").output == "\n"
    assert json.loads(run("config", "show", "--json", "--config", file, "toy.key").output)["value"] == ""


def test_init_writes_it_as_comments(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    run("config", "init", "--config", file)
    text = file.read_text()
    assert "# A shelf of toys.\n[toy]\n" in text
    assert "# opens it\n# A secret: env:NAME, file:PATH, keyring:SERVICE/NAME or command:NAME, or itself" in text
    assert '\n#key = ""\n' in text
    assert load_config(SECTIONS, file, env={}).config == Config()
    file.write_text(text.replace("\n#", "\n").replace("\n ", "\n# "))
    assert load_config(SECTIONS, file, env={}).config == Config()


def test_shells_complete_it() -> None:
    import click

    from musfuse.cli.completing import option_names

    context = click.Context(click.Command("show"), obj=SECTIONS)
    with context:
        assert "toy.key" in [item.value for item in option_names(context, None, "toy.")]  # type: ignore[arg-type]


def test_a_library_hands_it_on(tmp_path: Path) -> None:
    config = load_config(SECTIONS, flags={"toy.boards": 9, "index.background": False}, env={}).config
    library = open_library(tmp_path / "state", config)
    try:
        assert library.config[ToyOptions].boards == 9
    finally:
        library.close()
