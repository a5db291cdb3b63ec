"""What answers for a library is there as a whole: requests of every group are known, those of others are not."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.app.service import build_service
from musfuse.app.views import ShownViews
from musfuse.config import load_config
from musfuse.errors import MusfuseError
from musfuse.service.requests.info import Describe
from musfuse.service.requests.library import FindTracks
from musfuse.service.requests.sources import ListSources
from musfuse.service.requests.tags import ExportTags


def test_it_answers_what_only_asks(tmp_path: Path) -> None:
    sound.write(tmp_path / "music/1.flac", 4000, artist="A", album="B", title="One")
    config = load_config(default_sections(), flags={"index.background": False}).config
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", config, closing, sources=[tmp_path / "music"])
        library.scan_all(library.scanner())
        service = build_service(
            library.catalog, library.stores, library.media, library.sizes, library.sources,
            ShownViews(library.catalog.database, library.views, library.drives, library.arranging), library.tagging,
            library.playing.opinion, library.drives,
        )  # fmt: skip
        assert [track.path for track in service.rows(FindTracks())] == ["A/B/One.flac"]
        assert len(list(service.rows(ExportTags()))) == 1
        assert service.call(Describe("A/B/One.flac", "")) is not None
        with pytest.raises(MusfuseError):
            service.call(ListSources())  # that is for who changes sources as well
