"""Retagged files as bytes, through the segments that the drive uses."""

import io
from pathlib import Path

from PIL import Image
from sound import FORMATS

from musfuse.media.art.facts import ExtractedPicture, describe_picture
from musfuse.media.layout import Layout
from musfuse.media.planning import plan
from musfuse.media.retag.bind import bind
from musfuse.media.tags.edit import TagEdit
from musfuse.model import SourceFile
from musfuse.origins import LocalOrigin, open_reader
from musfuse.store import KvNamespace, MemoryKv, PictureStore

STORE = MemoryKv()


def picture(kind=3, color=(200, 30, 40), size=(64, 48), form="JPEG", description="", noise=0) -> ExtractedPicture:
    """A picture whose bytes are in the store."""
    out = io.BytesIO()
    if noise:
        Image.effect_noise((noise, noise), 80).save(out, "PNG")
    else:
        Image.new("RGB", size, color).save(out, form)
    made = describe_picture(out.getvalue(), kind, description)
    assert made is not None
    STORE.put(KvNamespace.ARTWORK, made.picture.digest, made.data)
    return made


def source(path: Path) -> tuple[LocalOrigin, SourceFile]:
    origin = LocalOrigin("test", str(path.parent))
    stat = origin.stat(path.name)
    return origin, SourceFile("test", path.name, stat.stamp)


def load(wanted) -> bytes:
    data = STORE.get(KvNamespace.ARTWORK, wanted.digest)
    assert data is not None
    return data


def layout(path: Path, edit: TagEdit) -> Layout:
    """The retagged file."""
    origin, file = source(path)
    with open_reader(origin, file) as reader:
        pieces = plan(FORMATS, reader, file.stamp.size, edit, load, path.suffix[1:])
    return Layout(bind(pieces, origin, file, PictureStore(STORE)))


def render(path: Path, edit: TagEdit, target: Path) -> Path:
    """Write the retagged file."""
    made = layout(path, edit)
    data = made.read_at(0, made.size)
    assert len(data) == made.size
    target.write_bytes(data)
    return target
