"""The tree: who gets which name, whatever the order of scanning."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.conftest import Desk
from musfuse.library.names import name_key
from musfuse.model import AudioFormat, TagSet


def tags(**fields: str) -> TagSet:
    return TagSet({k: [v] for k, v in fields.items()})


SAME = tags(artist="A", album="B", title="T", tracknumber="1")


def test_collisions_are_numbered_by_source_path(desk: Desk) -> None:
    for path in ("z/3.wav", "a/9.wav", "m.wav"):
        desk.put(path, SAME)
        desk.naming.run()
    assert desk.tree() == {
        "A/B/01 - T.flac": "a/9.wav", "A/B/01 - T (2).flac": "m.wav", "A/B/01 - T (3).flac": "z/3.wav",
    }  # fmt: skip


def test_the_first_source_wins(desk: Desk) -> None:
    desk.source("/first")
    desk.put("a.wav", SAME, "/second")
    desk.put("z.wav", SAME, "/first")
    desk.naming.run()
    assert desk.tree() == {"A/B/01 - T.flac": "z.wav", "A/B/01 - T (2).flac": "a.wav"}


def test_a_natural_name_is_never_taken_by_a_number(desk: Desk) -> None:
    for n, title in enumerate(("T", "T", "T (2)")):
        desk.put(f"{n}.wav", tags(artist="A", album="B", title=title, tracknumber="1"))
    desk.naming.run()
    assert desk.tree() == {"A/B/01 - T.flac": "0.wav", "A/B/01 - T (2).flac": "2.wav", "A/B/01 - T (3).flac": "1.wav"}


def test_folders_differing_in_case_are_one_and_spelled_by_rank(desk: Desk) -> None:
    desk.put("b.wav", tags(artist="Abba", album="X", title="1"))
    desk.naming.run()
    assert desk.folders() == ["Abba", "Abba/X"]
    desk.put("a.wav", tags(artist="ABBA", album="x", title="2"))
    desk.naming.run()
    assert desk.folders() == ["ABBA", "ABBA/x"]
    desk.remove("a.wav")
    desk.naming.run()
    assert desk.folders() == ["Abba", "Abba/X"]


def test_a_disc_number_shows_once_a_second_disc_is_there(desk: Desk) -> None:
    one = tags(artist="A", album="B", title="T", tracknumber="1", discnumber="1")
    desk.put("1.wav", one)
    desk.naming.run()
    assert list(desk.tree()) == ["A/B/01 - T.flac"]
    desk.put("2.wav", tags(artist="A", album="B", title="U", tracknumber="1", discnumber="2"))
    desk.naming.run()
    assert list(desk.tree()) == ["A/B/1-01 - T.flac", "A/B/2-01 - U.flac"]
    desk.remove("2.wav")
    desk.naming.run()
    assert list(desk.tree()) == ["A/B/01 - T.flac"]


def put_compilation(desk: Desk, artists: str, folder: str = "f", **more: str) -> None:
    for n, artist in enumerate(artists):
        desk.put(f"{folder}/{n}.wav", tags(artist=artist, album="Hits", title=f"T{n}", **more))
    desk.naming.run()


def artists_of(desk: Desk) -> list[str]:
    return [path for path in desk.folders() if "/" not in path]


@pytest.mark.parametrize(
    ("artists", "expected"),
    [("abc", ["Various Artists"]), ("aabbc", ["Various Artists"]), ("aabc", ["a", "b", "c"]), ("ab", ["a", "b"])],
)
def test_various_artists(desk: Desk, artists: str, expected: list[str]) -> None:
    put_compilation(desk, artists)
    assert artists_of(desk) == expected


def test_a_compilation_by_its_tag(desk: Desk) -> None:
    put_compilation(desk, "ab")
    desk.put("f/2.wav", tags(artist="a", album="Hits", title="T2", compilation="1"))
    desk.naming.run()
    assert artists_of(desk) == ["Various Artists"]
    desk.put("f/2.wav", tags(artist="a", album="Hits", title="T2", compilation="0"))
    desk.naming.run()
    assert artists_of(desk) == ["a", "b"]


def test_an_album_artist_stands(desk: Desk) -> None:
    put_compilation(desk, "abc", albumartist="DJ", compilation="1")
    assert artists_of(desk) == ["DJ"]


def test_other_folders_and_albums_are_no_compilation(desk: Desk) -> None:
    for n, artist in enumerate("abc"):
        desk.put(f"{n}/1.wav", tags(artist=artist, album="Greatest Hits", title="T"))
        desk.put(f"loose/{n}.wav", tags(artist=artist, album=f"Album {n}", title="T"))
        desk.put(f"loose/{n}b.wav", tags(artist=artist, title="T"))
    desk.naming.run()
    assert artists_of(desk) == ["a", "b", "c"]


def test_a_compilation_on_two_discs(desk: Desk) -> None:
    for path, artist in (("f/CD1/1.wav", "a"), ("f/CD1/2.wav", "b"), ("f/CD2/1.wav", "c")):
        disc, track = path[4], path[6]
        desk.put(path, tags(artist=artist, album="Hits", title=artist, tracknumber=track, discnumber=disc))
        desk.naming.run()
    assert list(desk.tree()) == [
        "Various Artists/Hits/1-01 - a.flac", "Various Artists/Hits/1-02 - b.flac",
        "Various Artists/Hits/2-01 - c.flac",
    ]  # fmt: skip


def test_the_tracks_of_a_compilation_are_looked_at_when_one_comes_or_goes(desk: Desk) -> None:
    put_compilation(desk, "ab")
    desk.put("f/9.wav", tags(artist="c", album="Hits", title="T9"))
    desk.naming.run()
    assert artists_of(desk) == ["Various Artists"]
    desk.put("f/9.wav", tags(artist="c", album="Other", title="T9"))
    desk.naming.run()
    assert artists_of(desk) == ["a", "b", "c"]
    desk.put("f/9.wav", tags(artist="c", album="Hits", title="T9"))
    desk.naming.run()
    desk.remove("f/9.wav")
    desk.naming.run()
    assert artists_of(desk) == ["a", "b"]


def test_untagged_files_are_named_by_file_and_folder(desk: Desk) -> None:
    for path in ("Tape/side a.wav", "Box/CD1/x.wav", "Box/CD2/y.wav", "top.wav"):
        desk.put(path)
    desk.naming.run()
    assert sorted(desk.tree()) == [
        "Unknown Artist/Box/x.flac", "Unknown Artist/Box/y.flac", "Unknown Artist/Tape/side a.flac",
        "Unknown Artist/src/top.flac",
    ]  # fmt: skip
    desk.sources.mirror([(desk.sources.rows()[0].uid, "/other/Songs")])
    desk.naming.run()
    assert "Unknown Artist/Songs/top.flac" in desk.tree()


def test_nodes_keep_their_ids(desk: Desk) -> None:
    desk.put("a.wav", tags(artist="A", album="B", title="T"))
    desk.naming.run()
    before = desk.nodes.child(1, "A")
    file = next(desk.nodes.children(desk.nodes.child(before.id, "B").id))  # type: ignore[union-attr]
    desk.put("a.wav", tags(artist="New", album="B", title="T"))
    desk.naming.run()
    moved = desk.nodes.by_id(file.id)
    assert moved is not None
    assert desk.nodes.path(moved.id) == "New/B/T.flac"
    assert desk.folders() == ["New", "New/B"]


def test_names_may_change_hands_in_one_step(desk: Desk) -> None:
    desk.put("a.wav", tags(artist="A", album="B", title="x"))
    desk.put("b.wav", tags(artist="A", album="B", title="y"))
    desk.naming.run()
    desk.put("a.wav", tags(artist="A", album="B", title="y"))
    desk.put("b.wav", tags(artist="A", album="B", title="x"))
    desk.naming.run()
    assert desk.tree() == {"A/B/y.flac": "a.wav", "A/B/x.flac": "b.wav"}


def test_a_folder_takes_a_name_from_a_file(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db", "${album|artist}/$title")
    untagged = AudioFormat("mp3", "mp3")
    desk.put("a/file", tags(artist="X", title="N"), fmt=untagged)
    desk.naming.run()
    assert list(desk.tree()) == ["X/N"]
    nested = Desk(tmp_path / "d.db", "$artist/$title")
    nested.put("file", tags(artist="X", title="N"), fmt=untagged)
    nested.naming.run()
    deep = Desk(tmp_path / "d.db", "$artist/${title}/$album")
    deep.put("z.wav", tags(artist="X", title="N", album="M"))
    with deep.database.write() as db:
        db.execute("DELETE FROM todo WHERE key IN (SELECT item FROM place WHERE name = 'N')")
    deep.naming.run()
    assert sorted(deep.tree()) == ["X/N (2)", "X/N/M.flac"]
    for made in (desk, nested, deep):
        made.database.close()


def test_another_view_names_everything_again(desk: Desk, tmp_path: Path) -> None:
    desk.put("a.wav", SAME)
    desk.naming.run()
    desk.naming.adopt_rules()
    assert not desk.naming.left_over()
    again = Desk(tmp_path / "catalog.db", "$title", "original")
    again.build()
    assert again.tree() == {"T.wav": "a.wav"}
    assert again.folders() == []
    again.database.close()


def test_generation_rises_only_with_changes(desk: Desk) -> None:
    desk.put("a.wav", SAME)
    desk.naming.run()
    generation = desk.nodes.generation()
    assert generation > 0
    desk.naming.run()
    assert desk.nodes.generation() == generation


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_tree_does_not_depend_on_the_order(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Any order of adding, changing, removing and naming ends in the same tree, valid and without equal keys."""
    words = st.sampled_from(["a", "A", "b", "b (2)", "B (3)", "ä", "", "1"])
    few = st.sampled_from(["", "", "1"])
    facts = st.fixed_dictionaries(
        {
            "artist": words, "album": st.sampled_from(["a", "A", ""]), "title": words, "albumartist": few,
            "compilation": few, "tracknumber": few, "discnumber": st.sampled_from(["", "1", "2"]),
        }
    )  # fmt: skip
    paths = data.draw(
        st.lists(
            st.sampled_from([f"{d}{n}.wav" for d in ("", "CD1/", "y/z/") for n in range(5)]),
            min_size=1,
            max_size=14,
            unique=True,
        )
    )
    final = {path: TagSet({k: [v] for k, v in data.draw(facts).items()}) for path in paths}
    trees = []
    for seed in range(3):
        rng = random.Random(seed)
        folder = tmp_path_factory.mktemp("order")
        desk = Desk(folder / "c.db", "${albumartist|artist}/$album/[[$disc-]$track - ]$title")
        order = list(final)
        rng.shuffle(order)
        for path in order:
            if rng.random() < 0.4:
                desk.put(path, TagSet({"artist": [rng.choice("aAb")], "album": ["a"], "title": ["b"]}))
            if rng.random() < 0.3:
                desk.naming.run()
            desk.put(path, final[path])
            if rng.random() < 0.3:
                gone = {"artist": ["c"], "album": ["a"], "title": ["b"], "discnumber": ["2"], "compilation": ["1"]}
                desk.put("gone.wav", TagSet(gone))
                desk.naming.run()
                desk.remove("gone.wav")
        desk.naming.run()
        trees.append((desk.tree(), desk.folders()))
        assert sorted(desk.tree().values()) == sorted(final)
        keys = [name_key(path) for path in (*desk.tree(), *desk.folders())]
        assert len(set(keys)) == len(keys)
        desk.database.close()
    assert trees[0] == trees[1] == trees[2]


def test_the_extension_is_the_served_one(desk: Desk) -> None:
    desk.put("a.MP3", SAME, fmt=AudioFormat("mp3", "mp3"))
    desk.put("b.wav", SAME)
    desk.put("noext", SAME, fmt=AudioFormat("mp3", "mp3"))
    desk.naming.run()
    assert sorted(desk.tree()) == ["A/B/01 - T", "A/B/01 - T.flac", "A/B/01 - T.mp3"]
