"""Requests about accounts as a process that owns the library answers them: on the control channel, without any secret
in what is shown of them."""

from pathlib import Path

import pytest
import sound

from musfuse.app.library import open_library
from musfuse.app.serving import answer_accounts
from musfuse.config import Config
from musfuse.control.dispatch import Dispatcher
from musfuse.errors import ConfigError, ExistsError
from musfuse.service.requests.accounts import AddUser, KeyMade, ListUsers, MakeKey, RevokeDevice, SetPassword, SetRights
from server.serving import PASSWORD


def test_who_owns_the_library_answers(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", title="A")
    library = open_library(tmp_path / "state", Config(), sources=[music])
    try:
        service = library.handlers()
        answer_accounts(library, service)
        assert service.call(AddUser("Ada", PASSWORD)).owner
        with pytest.raises(ExistsError):
            service.call(AddUser("ADA", PASSWORD))
        place = (str(music), str(music))
        bob = service.call(AddUser("Bob", PASSWORD, sources=(place,)))
        assert bob.sources == (str(music),)
        with pytest.raises(ConfigError):
            service.call(SetRights("Bob", (("nowhere", str(tmp_path / "nowhere")),)))
        assert service.call(SetRights("Bob", ())).sources == ()
        made = service.call(MakeKey("Bob", "phone"))
        assert [told.devices for told in service.call(ListUsers())] == [0, 1]
        assert library.server.signing_in.by_secret(made.secret, "192.0.2.1").user.name == "Bob"
        assert service.call(RevokeDevice("Bob")).devices == 1
        dispatcher = Dispatcher({}, lambda: service)
        (answer,) = dispatcher.answers(
            b'{"jsonrpc": "2.0", "id": 1, "method": "user.password", "params": {"name": "Bob", "password": "'
            + PASSWORD.encode()
            + b'?"}}'
        )
        assert b"error" not in answer
    finally:
        library.close()


def test_no_rendering_shows_a_secret() -> None:
    from musfuse.service.requests.accounts import DeviceTold

    device = DeviceTold(1, "key", "phone", "", "", 0, 0, 0)
    for value in (AddUser("a", PASSWORD), SetPassword("a", PASSWORD), KeyMade(device, PASSWORD)):
        assert PASSWORD not in f"{value} {value!r}"
