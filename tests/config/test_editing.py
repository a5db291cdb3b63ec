"""One option written into a file: all else stays, whatever the file looks like, or nothing is written."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.config.editing import edited, save_option
from musfuse.errors import ConfigError

FILE = """# mine
[view]  # how it looks
policy = "flac"   # the usual
#template = "x"
[flac]
level = 5
"""


@pytest.mark.parametrize(
    ("text", "name", "value", "wanted"),
    [
        ("", "view.policy", "wav", '[view]\npolicy = "wav"\n'),
        (FILE, "view.policy", "wav", FILE.replace('"flac"', '"wav"')),
        ('[view]\npolicy = "# no" # yes', "view.policy", "wav", '[view]\npolicy = "wav" # yes\n'),
        ("[view]\npolicy = 'no # no'\n", "view.policy", "wav", '[view]\npolicy = "wav"\n'),
        (FILE, "view.template", 'a"\\b', FILE.replace("# how it looks\n", '# how it looks\ntemplate = "a\\"\\\\b"\n')),
        (FILE, "flac.level", 8, FILE.replace("level = 5", "level = 8")),
        (FILE, "events.keep", True, FILE + "\n[events]\nkeep = true\n"),
        ("[view]", "view.policy", "wav", '[view]\npolicy = "wav"\n'),
        ('[view]\r\npolicy = "flac"\r\n', "view.policy", "wav", '[view]\r\npolicy = "wav"\n'),
        ("[[webhooks]]\nurl = 'a'\n", "view.policy", "wav", "[[webhooks]]\nurl = 'a'\n\n[view]\npolicy = \"wav\"\n"),
    ],
)
def test_one_line_changes(text: str, name: str, value: object, wanted: str) -> None:
    assert edited(text, name, value) == wanted


@pytest.mark.parametrize(
    "text",
    [
        'view.policy = "flac"', 'view = {policy = "flac"}', '[view]\npolicy = """\nflac"""', "[view", "view = 1",
        '[view]\ntemplate = """\n[view]\npolicy = 1\n"""\npolicy = """\nx"""', '["view"]\npolicy = "a"',
    ],
)  # fmt: skip
def test_what_a_line_editor_does_not_understand_is_left_alone(tmp_path: Path, text: str) -> None:
    assert edited(text, "view.policy", "wav") is None
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r'set policy = "wav" under \[view\] there'):
        save_option(file, "view.policy", "wav")
    assert file.read_text() == text


LINES = st.sampled_from(
    ["[view]", "[flac]", "[events]", 'policy = "a"', "level = 1", "keep = true", "# note", "", 'x = """', '"""', "[[hooks]]",
     "y = [", "]", "z = { a = 1 }", "  policy = 'b' # c"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    lines=st.lists(LINES, max_size=12),
    value=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=5),
)
def test_nothing_else_is_ever_other_than_it_was(lines: list[str], value: str) -> None:
    text = "\n".join(lines)
    after = edited(text, "view.policy", value)
    if after is not None:
        before = tomllib.loads(text)
        assert tomllib.loads(after) == {**before, "view": {**before.get("view", {}), "policy": value}}
        gone = [line for line in text.splitlines() if line not in after.splitlines()]
        assert len(gone) <= 1


def test_a_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    file, link = tmp_path / "real.toml", tmp_path / "link.toml"
    file.write_text(FILE)
    file.chmod(0o640)
    link.symlink_to(file)
    save_option(link, "flac.level", 8)
    assert link.is_symlink()
    assert "level = 8" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    save_option(tmp_path / "new" / "c.toml", "flac.level", 8)
    assert stat.S_IMODE((tmp_path / "new/c.toml").stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "new") == ["c.toml"]


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        save_option(tmp_path / "file" / "c.toml", "flac.level", 8)
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(ConfigError, match="no text"):
        save_option(tmp_path / "latin.toml", "flac.level", 8)
