"""Use cases of views over a library: what is answered, what a drive shows, what is kept."""

from pathlib import Path

import pytest
import sound
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.errors import ConfigError, MountError
from musfuse.library.grammar import QueryError
from musfuse.library.templates import TemplateError
from musfuse.library.userdb import ViewSpec, ViewTable
from musfuse.service.requests.library import ListFolders
from musfuse.service.requests.views import AddView, ListViews, RemoveView, SetView, ShowView, ViewChanged
from musfuse.service.tagging import Who


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for title, genre in (("One", "Jazz"), ("Two", "Jazz"), ("Three", "Rock")):
        sound.write(music / f"{title}.wav", 3000, title=title, artist="A", album="B", genre=genre)
    return make_library(index__background=False)


def names(library: Library, view: str, path: str = "") -> list[str]:
    return [entry.name for entry in library.drives[view].list(path)]


def test_a_view_comes_changes_and_goes_while_the_main_one_stays(library: Library) -> None:
    service, main = library.handlers(), names(library, "main", "A/B")
    added = service.call(AddView("car", "$genre/$title", "original", "genre:jazz"))
    assert [change.key for change in added.changes] == ["template", "policy", "filter"]
    assert not added.making
    assert names(library, "car", "Jazz") == ["One.wav", "Two.wav"]
    told = service.call(ShowView("car"))
    assert (told.folders, told.files, told.state, told.mounts) == (1, 2, "ready", ())
    library.tagging.set([("title:Two", "")], ["genre=Rock"], Who("me"))
    assert names(library, "car", "Jazz") == ["One.wav"]
    assert service.call(SetView("car", filter="")).changes[0].after == ""
    assert names(library, "car") == ["Jazz", "Rock"]
    assert next(service.rows(ListFolders("Rock", view="car"))).entries[0].name == "Three.wav"
    assert service.call(SetView("car", policy="original")) == ViewChanged("car", ())
    assert service.call(RemoveView("car")).files == 3
    assert "car" not in library.drives
    assert [view.name for view in service.call(ListViews())] == ["main"]
    assert names(library, "main", "A/B") == main
    with pytest.raises(ConfigError, match="no view of this library"):
        service.rows(ListFolders(view="car"))


def test_in_the_background_the_old_tree_is_shown_until_the_new_one_is_whole(library: Library) -> None:
    service, asked = library.handlers(), list[str]()
    service.call(AddView("car", "$title"))
    library.trees.in_background = lambda: asked.append("views")
    assert service.call(SetView("car", "$genre/$title")).making
    assert service.call(AddView("new")).making
    assert asked == ["views", "views"]
    assert names(library, "car") == ["One.flac", "Three.flac", "Two.flac"]
    assert names(library, "new") == []
    assert [view.state for view in service.call(ListViews())] == ["ready", "being made", "being made"]
    assert library.trees.build() == 2
    assert names(library, "car") == ["Jazz", "Rock"]
    assert names(library, "new") == ["A"]
    assert {view.state for view in service.call(ListViews())} == {"ready"}


def test_one_that_is_mounted_is_removed_by_force_only(library: Library) -> None:
    service, unmounted = library.handlers(), list[str]()
    service.call(AddView("car"))
    library.viewing.mounts = lambda name: ["/mnt/car"] if name == "car" else []
    library.viewing.unmount = unmounted.append
    for dry_run in (True, False):
        with pytest.raises(MountError, match="car: mounted at /mnt/car"):
            service.call(RemoveView("car", dry_run=dry_run))
    assert service.call(RemoveView("car", force=True, dry_run=True)).mounts == ("/mnt/car",)
    assert unmounted == []
    assert service.call(RemoveView("car", force=True)).mounts == ("/mnt/car",)
    assert unmounted == ["/mnt/car"]


def test_a_dry_run_checks_and_keeps_nothing(library: Library) -> None:
    service = library.handlers()
    assert service.call(AddView("car", "$title", dry_run=True)).changes[0].after == "$title"
    with pytest.raises(TemplateError):
        service.call(AddView("car", "[$title", dry_run=True))
    assert ViewTable(library.stores.user).all() == []
    service.call(AddView("car"))
    assert service.call(SetView("car", "$title", dry_run=True)).changes[0].after == "$title"
    assert ViewTable(library.stores.user).all() == [ViewSpec("car")]


def test_a_field_that_nothing_has_any_more_is_in_the_way_of_no_other_change(library: Library) -> None:
    service, everything = library.handlers(), [("artist:A", "")]
    library.tagging.set(everything, ["sauce=hot"], Who("me"))
    service.call(AddView("car", filter="sauce:hot"))
    library.tagging.clear(everything, ["sauce"], Who("me"))
    assert names(library, "car") == []
    assert service.call(SetView("car", policy="wav")).changes[0].after == "wav"
    with pytest.raises(QueryError, match="no field is called sauce"):
        service.call(SetView("car", filter="sauce:mild"))
    library.tagging.set(everything, ["sauce=hot"], Who("me"))
    assert names(library, "car", "A/B") == ["One.wav", "Three.wav", "Two.wav"]


@pytest.mark.parametrize("field", ["template", "policy", "filter"])
@pytest.mark.parametrize("text", ["a\udcff", "a" * 5000])
def test_a_text_that_cannot_be_kept_is_refused(library: Library, field: str, text: str) -> None:
    service = library.handlers()
    with pytest.raises(ConfigError, match=field):
        service.call(AddView("car", **{field: text}))
    assert ViewTable(library.stores.user).all() == []


def test_names_that_differ_in_case_only_are_the_same(library: Library) -> None:
    service = library.handlers()
    service.call(AddView("car"))
    for name, known in (("Car", "car"), ("MAIN", "main")):
        with pytest.raises(ConfigError, match=f"^{known}: there is a view of this name"):
            service.call(AddView(name))


@pytest.mark.parametrize("name", ["", "main", " a", "a ", "a/b", "ä", "-x", "x" * 65, "a\n"])
def test_a_name_that_cannot_be_is_refused(library: Library, name: str) -> None:
    with pytest.raises(ConfigError):
        library.handlers().call(AddView(name))


@pytest.mark.parametrize(("template", "chosen", "why"), [("[$title", "", "template: "), ("", "year:old", "query: ")])
def test_one_that_cannot_be_read_any_more_is_told_and_stops_nothing(
    library: Library, caplog: pytest.LogCaptureFixture, template: str, chosen: str, why: str
) -> None:
    service = library.handlers()
    service.call(AddView("car", "$title"))
    ViewTable(library.stores.user).put(ViewSpec("car", template, "", chosen))
    library.trees.follow()
    assert "the view car is not shown" in caplog.text
    assert "car" not in library.drives
    assert service.call(ShowView("car")).state.startswith(why)
    service.call(SetView("car", "$artist/$title", filter=""))
    assert names(library, "car") == ["A"]
    assert service.call(ShowView("car")).state == "ready"
