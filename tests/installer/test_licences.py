"""Everything that is shipped has its licence along."""

import tomllib
from pathlib import Path

import pytest
from winsetup.errors import BuildError
from winsetup.licences import about, gathered
from winsetup.lock import LOCK, read
from winsetup.target import WINDOWS
from winsetup.wheels import wheel_at

from installer import parts

PYTHON = {"LICENSE.txt": b"PSF"}
NOTICES = tomllib.loads((WINDOWS / "notices.toml").read_text())


def test_texts_and_a_table(tmp_path: Path) -> None:
    wheels = [
        wheel_at(
            parts.wheel(
                tmp_path, "av", files={"av/COPYING.LESSER": "L", "av/licence.py": "no"}, headers="License: BSD\n"
            )
        ),
        wheel_at(parts.wheel(tmp_path, "pure", headers="Classifier: License :: OSI Approved :: MIT License\n")),
    ]
    files = gathered(wheels, PYTHON, "9.8")
    assert files["av/av-COPYING.LESSER"] == b"L"
    assert files["av/LICENSE.txt"] == files["pure/LICENSE.txt"] == parts.LICENCE.encode()
    assert b"GNU GENERAL PUBLIC LICENSE" in files["av/GPL-3.0.txt"]
    assert "av/av-licence.py" not in files
    lines = files["index.txt"].decode().splitlines()
    assert {"av 1.0: BSD", "pure 1.0: MIT License", "musfuse 9.8: MIT"} <= set(lines)
    assert any("libx264" in line for line in lines)


def test_a_package_without_any_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"no licence in it; name its text in .*notices\.toml"):
        gathered([wheel_at(parts.wheel(tmp_path, "silent", licence=False))], PYTHON, "1")


def test_notices_are_of_what_is_shipped() -> None:
    assert set(NOTICES) <= {one.name for one in read(LOCK)}
    texts = {name for notice in NOTICES.values() for name in notice.get("texts", ())}
    assert texts == {path.name for path in (WINDOWS / "licences").iterdir()}


def test_winfsp_is_named() -> None:
    text = about("1.2.3").decode("utf-8-sig")
    assert text.startswith("musfuse 1.2.3\r\n")
    assert "GPLv3" in text
    assert "https://github.com/winfsp/winfsp" in text
