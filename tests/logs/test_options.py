"""Levels of parts of the program, and what they let through."""

import logging
from contextlib import ExitStack
from pathlib import Path

import pytest

from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import ConfigError
from musfuse.logs.files import keep_log, log_path
from musfuse.logs.options import LoggingOptions, levels


def test_levels_by_area() -> None:
    assert levels("origins=debug, media.flac=error,") == {"origins": logging.DEBUG, "media.flac": logging.ERROR}


@pytest.mark.parametrize("text", ["origins", "origins=loud", "=info", "a b=info"])
def test_others_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="AREA=LEVEL"):
        load_config(default_sections(), flags={"logging.areas": text}, env={})


@pytest.mark.expects_errors
@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_a_part_says_more_or_less_than_the_rest(tmp_path: Path, level: str) -> None:
    with ExitStack() as closing:
        keep_log(tmp_path / "musfuse.log", closing, LoggingOptions(level=level, areas="media=debug, store=error"))  # type: ignore[arg-type]
        for area in ("media.flac", "store.kv", "app"):
            for number, name in ((10, "debug"), (20, "info"), (30, "warning"), (40, "error")):
                logging.getLogger(f"musfuse.{area}").log(number, name)
    said = [line.split()[2:] for line in (tmp_path / "musfuse.log").read_text().splitlines()]
    heard = {
        area: [name for who, name in said if who == f"musfuse.{area}:"] for area in ("media.flac", "store.kv", "app")
    }
    names = ["debug", "info", "warning", "error"]
    assert heard == {"media.flac": names, "store.kv": ["error"], "app": names[names.index(level) :]}
    assert logging.getLogger("musfuse.media").level == 0


def test_another_folder(tmp_path: Path) -> None:
    own = tmp_path / "library/musfuse.log"
    assert log_path(own, LoggingOptions()) == own
    assert log_path(own, LoggingOptions(log_dir=str(tmp_path / "logs"))) == tmp_path / "logs/library.log"
    assert (tmp_path / "logs").is_dir()
