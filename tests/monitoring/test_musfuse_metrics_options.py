"""Addresses as people write them."""

import pytest

from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import ConfigError


@pytest.mark.parametrize(
    "text", ["9550", ":9550", "127.0.0.1", "127.0.0.1:", "::1:80", "a:70000", "a:-1", "a:８０", "[]:1"]
)
def test_what_is_none_is_said_when_the_configuration_is_read(text: str) -> None:
    with pytest.raises(ConfigError, match=r"metrics\.listen.*such as 127\.0\.0\.1:9550"):
        load_config(default_sections(), flags={"metrics.listen": text}, env={})
