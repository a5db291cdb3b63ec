"""What faces can have of a library beside drives and use cases."""

import pytest
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.parts import parts_of
from musfuse.config import Config, Sections
from musfuse.errors import ConfigError
from musfuse.server.art import Art
from musfuse.server.parts import Server


def test_parts_by_their_type(make_library: Make) -> None:
    library = make_library(scan=False)
    part = parts_of(library)
    assert part(Server) is library.server
    assert part(Config) is library.config
    assert "http.listen" in part(Sections).options
    assert isinstance(part(Art), Art)
    with pytest.raises(ConfigError, match="int: this host has none"):
        part(int)
