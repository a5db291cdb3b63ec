"""What the index finds, and what is asked of items one by one."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.conftest import Desk
from library.test_naming import tags
from musfuse.errors import TooSlowError
from musfuse.library.catalog import finding
from musfuse.library.catalog.finding import Deadline
from musfuse.library.query import Query, Term

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_what_takes_too_long_is_ended_and_the_connection_is_as_before(desk: Desk) -> None:
    with desk.database.read() as db, pytest.raises(TooSlowError, match=r"took over 0\.05 s"), Deadline(0.05).over(db):
        db.execute(ENDLESS).fetchone()
    with desk.database.read() as db:
        assert db.execute("SELECT sum(value) FROM json_each('[1, 2]')").fetchone() == (3,)


def test_a_time_that_is_over_is_over_before_anything_begins(desk: Desk) -> None:
    deadline = Deadline(0.0)
    while not deadline.is_over:
        time.sleep(0.001)
    with desk.database.read() as db, pytest.raises(TooSlowError), deadline.over(db):
        pytest.fail("it began")
    with desk.database.read() as db, Deadline(None).over(db):
        assert db.execute("SELECT 1").fetchone() == (1,)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text('%_\\"aÄ１ß-', min_size=1, max_size=3), st.text('%_\\"aÄ１ß-', min_size=1, max_size=8))
def test_needles_lose_no_answer(desk: Desk, wanted: str, title: str) -> None:
    """No sign of it is a wildcard. Tags are kept as JSON."""
    from musfuse.library.text.folding import fold

    desk.put("x/1.wav", tags(title=title))
    query = Query(Term(fold(wanted)))
    with desk.database.read() as db:
        found = finding.behind(db, 0, query.needles(), None, 10)
        (all_of_it,) = finding.behind(db, 0, (), None, 10)
    if fold(wanted) in fold(title):
        assert found == [all_of_it]
    elif title.isascii() and query.needles():
        assert not found


def test_needles_are_no_wildcards(desk: Desk) -> None:
    desk.put("x/1.wav", tags(title="abc"))
    with desk.database.read() as db:
        assert [len(finding.behind(db, 0, [needle], None, 9)) for needle in ("a%c", "a_c", "ABC", "abc")] == [
            0,
            0,
            1,
            1,
        ]


def test_only_what_a_view_shows_and_no_image_behind_its_parts(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "c.db")
    for name in "123":
        desk.put(f"x/{name}.wav", tags(title=name))
    desk.naming.run()
    with desk.database.write() as db:
        db.execute("UPDATE item SET hidden = 1 WHERE id = 1")
        db.execute("DELETE FROM place WHERE item = 2")
        assert finding.shown(db, [3, 2, 1, 9], None) == [3, 2]
        assert finding.shown(db, [3, 2, 1, 9], 1) == [3]
        assert [row.id for row in finding.these(db, [3, 2, 1], None)] == [2, 3]
        assert [row.path for row in finding.these(db, [3, 2, 1], 1)] == ["/src/x/3.wav"]
        assert [row.id for row in finding.behind(db, 0, (), 1, 5)] == [3]
        assert [row.id for row in finding.behind(db, 2, (), None, 5)] == [3]
        assert next(finding.these(db, [3], None)).length_ns == 1000 * 10**9 // 44_100
    desk.database.close()
