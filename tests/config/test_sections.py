"""Sections: what is refused, how their values are kept, and that declaring one loads no framework."""

import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from toysection import TOY, ToyOptions

from musfuse.app.sections import BUILT_IN, default_sections
from musfuse.config import Config, Section, Sections
from musfuse.config.option import option
from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError
from musfuse.library.options import VIEW, ViewOptions


@dataclass(frozen=True, slots=True)
class Wrong:
    plain: int = 3


def declared(kind: Any, default: Any, name: str = "key", **more: Any) -> Section:
    made = type("Declared", (), {name: option(default, "help", **more), "__annotations__": {name: kind}})
    return Section("declared", dataclass(made))


@dataclass(frozen=True, slots=True)
class Runtime:
    dir: str = option("", "help")


@dataclass(frozen=True, slots=True)
class Overlong:
    a_b: str = option("", "help")


@dataclass(frozen=True, slots=True)
class Nested:
    b: str = option("", "help")


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ((TOY, Section("toy", Nested)), "two sections have this name"),
        ((TOY, Section("toys", ToyOptions)), "another section"),
        ((*BUILT_IN, Section("flac", Nested)), r"\[flac\]"),
        ((Section("runtime", Runtime),), "MUSFUSE_RUNTIME_DIR"),
        ((Section("x", Overlong), Section("x_a", Nested)), "MUSFUSE_X_A_B"),
        ((Section("Toy", Nested),), "no name of a section"), ((Section("a.b", Nested),), "no name of a section"),
        ((Section("x", int),), "no dataclass"), ((Section("x", Wrong),), r"x\.plain: not declared with option"),
        ((declared(float, 1.5),), "no type of an option"), ((declared(int, "3"),), "another type"),
        ((declared(Literal["a"], 3),), "another type"), ((declared(Secret, ""),), "another type"),
        ((declared(Secret, Secret("hunter2")),), "nor a default|a default but"),
        ((declared(Secret, Secret(), check=lambda _: None),), "neither a check"),
        ((declared(int, 1, "Key"),), "lower-case"),
    ],
)  # fmt: skip
def test_what_is_refused(sections: tuple[Section, ...], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        Sections(sections)
    assert "hunter2" not in str(caught.value)


def test_annotations_that_are_text_are_understood() -> None:
    assert Sections([declared("int", 1, unit="toys")]).options["declared.key"].type is int


def test_they_stay_in_order() -> None:
    assert [section.name for section in default_sections()] == [
        "view", "flac", "opus", "index", "cue", "tags", "art", "scan", "follow", "identity", "history", "prefetch", "cache",
        "backup", "events", "logging", "metrics", "otel", "webhooks", "grpc", "http", "accounts", "subsonic", "fuse",
        "winfsp",
    ]  # fmt: skip
    assert list(default_sections().options)[:7] == [
        "view.policy", "view.template", "view.sidecars", "view.unindexed", "view.writable_view",
        "view.rename_tags", "flac.encoder",
    ]  # fmt: skip
    assert next(iter(default_sections())) is VIEW


def test_values_by_their_type() -> None:
    config = Config(ViewOptions(policy="wav"))
    assert config[ViewOptions].policy == "wav"
    assert config[ToyOptions] == ToyOptions()
    other = config.having(replace(config[ViewOptions], template="$title"), ToyOptions(boards=1))
    assert (other[ViewOptions].policy, other[ViewOptions].template, other[ToyOptions].boards) == ("wav", "$title", 1)
    assert config[ToyOptions].boards == 3


def test_equal_are_those_that_say_the_same() -> None:
    assert Config() == Config(ViewOptions(), ToyOptions())
    assert Config(ToyOptions(boards=1)) != Config()
    assert Config() != Config(ToyOptions(boards=1))
    assert Config(ToyOptions(key=Secret("a"))) != Config(ToyOptions(key=Secret("b")))
    assert Config() != ()


def test_no_section_loads_a_framework() -> None:
    """A face's options are known where the face cannot be loaded."""
    script = """
import sys
sys.modules.update(dict.fromkeys(("fuse", "mfusepy", "winfspy", "soundfile", "numpy", "PIL", "keyring", "msgspec")))
from musfuse.app.sections import default_sections
from musfuse.config import load_config
load_config(default_sections(), env={})
needless = {"musfuse_fuse.mount", "musfuse_winfsp.mount", "musfuse.app.library", "musfuse.drive", "musfuse.media.cue.parse"}
sys.exit(", ".join(sorted(needless & set(sys.modules))) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
