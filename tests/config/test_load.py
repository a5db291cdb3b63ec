"""Options: strength of the layers, errors with suggestions, documentation that lacks none."""

import json
import os
from pathlib import Path

import pytest

from musfuse.app.sections import default_sections
from musfuse.config import Config, load_config
from musfuse.config.option import OptionInfo
from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError
from musfuse.library.options import ScanOptions, ViewOptions
from musfuse.media.flac.options import FlacOptions

SECTIONS = default_sections()
DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return file


def test_defaults() -> None:
    loaded = load_config(SECTIONS, env={})
    assert loaded.config == Config()
    assert set(loaded.origins.values()) == {"default"}


def test_file_environment_flags_in_that_order(tmp_path: Path) -> None:
    file = write(tmp_path, '[view]\npolicy = "wav"\ntemplate = "$title"\n[flac]\nlevel = 8\n')
    env = {"MUSFUSE_VIEW_POLICY": "original", "MUSFUSE_FLAC_LEVEL": "6", "HOME": "/x"}
    loaded = load_config(SECTIONS, file, {"view.policy": "flac", "flac.level": None}, env)
    view = loaded.config[ViewOptions]
    assert (view.policy, view.template, loaded.config[FlacOptions].level) == ("flac", "$title", 6)
    assert loaded.origins["view.policy"] == "flag"
    assert loaded.origins["view.template"] == str(file)
    assert loaded.origins["flac.level"] == "environment MUSFUSE_FLAC_LEVEL"


@pytest.mark.parametrize("text", ["1", "true", "YES", "on"])
def test_booleans_from_the_environment(text: str) -> None:
    assert load_config(SECTIONS, env={"MUSFUSE_SCAN_FOLLOW_LINKS_OUT": text}).config[ScanOptions].follow_links_out


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[view]\npolcy = 'flac'", "did you mean view.policy?"), ("[vew]\npolicy = 'flac'", "did you mean view.policy?"),
        ("[view]\npolicy = 'flak'", "original, wav, opus"), ("[view]\npolicy = 3", "policy"),
        ("[flac]\nlevel = '5'", "not a whole number"), ("[flac]\nlevel = 1", "must be 0, 2"), ("[flac]\nlevel = true", "whole number"),
        ("[scan]\nthreads = 0", "at least 1"), ("policy = 'flac'", "outside a section"), ("[view", "not valid TOML"),
    ],
)  # fmt: skip
def test_errors_in_the_file(tmp_path: Path, toml: str, words: str) -> None:
    file = write(tmp_path, toml)
    with pytest.raises(ConfigError, match=r"config\.toml") as caught:
        load_config(SECTIONS, file, env={})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MUSFUSE_VIEW_POLICI", "flac", "did you mean MUSFUSE_VIEW_POLICY?"), ("MUSFUSE_FLAC_LEVEL", "x", "not a whole number"),
        ("MUSFUSE_SCAN_ON_MOUNT", "maybe", "neither true nor false"),
    ],
)  # fmt: skip
def test_errors_in_the_environment(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(SECTIONS, env={name: value})
    assert words in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file"):
        load_config(SECTIONS, tmp_path / "none.toml", env={})
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(SECTIONS, tmp_path, env={})
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config(SECTIONS, tmp_path / "latin.toml", env={})
    with pytest.raises(ConfigError, match="no such configuration file"):
        load_config(SECTIONS, env={"MUSFUSE_CONFIG": str(tmp_path / "none.toml")})


def test_files_that_are_no_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)
    for bad in (Path("/dev/zero"), tmp_path / "pipe", tmp_path / "large"):
        with pytest.raises(ConfigError, match=r"not a regular file|over 1,048,576 bytes"):
            load_config(SECTIONS, bad, env={})
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config(SECTIONS, tmp_path / "deep.toml", env={})


def row(info: OptionInfo) -> str:
    """The line of an option in the tables of docs/configuration.md: its default as in TOML, then the unit."""
    default = json.dumps("" if isinstance(info.default, Secret) else info.default).replace("|", r"\|")
    return f"| `{info.name}` | `{default}`{info.unit and ' ' + info.unit} | {info.help} |"


def test_every_option_is_documented_with_its_default_and_unit() -> None:
    text = DOCS.read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    infos = (*SECTIONS.options.values(), *SECTIONS.repeated.values())
    assert sorted(rows) == sorted(row(info) for info in infos)
    for section in SECTIONS:
        assert f"## [{section.name}]\n\n{section.kind.__doc__}\n\n| option | default | what |\n" in text


def test_every_amount_has_a_unit() -> None:
    without = {name for name, info in SECTIONS.options.items() if info.type is int and not info.unit}
    assert without == {"flac.level"}


HOOKS = """
[[webhooks]]
url = "https://example.com/one"
secret = "env:HOOK"
[[webhooks]]
url = "https://example.com/two"
secret = "env:HOOK"
events = ["file_added", "file_removed"]
timeout_ms = 100
allow_private = true
"""


def test_a_section_may_be_there_many_times(tmp_path: Path) -> None:
    from musfuse_webhooks.options import WebhookOptions, configured

    file = tmp_path / "config.toml"
    file.write_text(HOOKS)
    config = load_config(SECTIONS, file, env={"HOOK": "x"}).config
    one, two = config.each(WebhookOptions)
    assert (one.url, one.events, one.retry_count, two.events, two.timeout_ms) == (
        "https://example.com/one", (), 3, ("file_added", "file_removed"), 100,
    )  # fmt: skip
    assert two.secret.reveal() == "x"
    assert config == config.having()
    assert config != load_config(SECTIONS, env={"MUSFUSE_CONFIG": ""}).config
    first, second = configured(config)
    assert first.id.startswith("cfg-")
    assert (first.id, first.configured, second.allow_private) == (configured(config)[0].id, True, True)
    assert first.id != second.id


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('[webhooks]\nurl = "https://a/"', "is a section that is written [[webhooks]]"),
        ("[[view]]\npolicy = 'flac'", "is a section that is written [view]"),
        ("webhooks = [1]", "outside a section"), ("[[webhooks]]\nsecret = 'env:A'", "without url"),
        ("[[webhooks]]\nurl = 'https://a/'", "without secret"),
        ("[[webhooks]]\nurl = 'ftp://a/'\nsecret = 'env:A'", "must begin with https://"),
        ("[[webhooks]]\nurl = 'https://a/'\nsecret = 'env:A'\nevents = 'x'", "not a list of texts"),
        ("[[webhooks]]\nurl = 'https://a/'\nsecret = 'env:A'\nevents = [1]", "not a list of texts"),
        ("[[webhooks]]\nurl = 'https://a/'\nsecret = 'env:A'\nretry_cout = 1", "no such option; did you mean webhooks."),
        ("[[webhooks]]\nurl = 'https://a/'\nsecret = 'env:A'\ntimeout_ms = 1", "must be 100 to 60000"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_one_that_may_be_there_many_times(tmp_path: Path, toml: str, words: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(toml)
    with pytest.raises(ConfigError) as caught:
        load_config(SECTIONS, file, env={})
    assert words in str(caught.value)


def test_nothing_of_it_is_a_variable() -> None:
    with pytest.raises(ConfigError, match="no such option"):
        load_config(SECTIONS, env={"MUSFUSE_WEBHOOKS_URL": "https://a/"})
