"""What queries may name: built in, or on any track."""

from library.conftest import Desk
from musfuse.library.vocabulary import CatalogVocabulary, Vocabulary
from musfuse.media.formats import default_formats
from musfuse.model import AudioFormat, TagSet


def test_fields_of_tracks(desk: Desk) -> None:
    known = CatalogVocabulary(desk.database, default_formats())
    assert known.has_field("artist")
    assert not known.has_field("shelf")
    desk.put("a.wav", TagSet({"shelf": ["3"], "comment": ['"drawer": [']}))
    assert known.has_field("shelf")
    assert not known.has_field("drawer")
    assert {"shelf", "artist", "year"} <= known.fields()


def test_fields_that_were_set_and_hidden_ones(desk: Desk) -> None:
    known = CatalogVocabulary(desk.database, default_formats())
    desk.put("a.wav", TagSet({"shelf": ["3"], "großes": ["x"]}))
    assert known.has_field("großes")
    with desk.database.write() as db:
        db.execute("""UPDATE item_tags SET merged = '{"box": ["1"]}'""")
    assert known.has_field("box")
    assert not known.has_field("shelf")


def test_formats_of_tracks(desk: Desk) -> None:
    known = CatalogVocabulary(desk.database, default_formats())
    assert known.format("wv") == {"wavpack"}
    assert not known.format("svx")
    desk.put("a.svx", fmt=AudioFormat("svx", "pcm_s8"))
    assert known.format("svx") == {"svx"}


def test_every_format_and_extension_may_be_named() -> None:
    formats = default_formats()
    known = Vocabulary(formats)
    assert all(map(known.format, formats.extensions))
    assert all(any(map(known.format, (record.name, *record.also))) for record in formats.all)
