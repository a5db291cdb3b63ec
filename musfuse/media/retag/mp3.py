"""MPEG audio with other tags: the ID3v2 tag in front is ours, tags behind the audio are kept in step, frames stay."""

from typing import BinaryIO

from musfuse.media.containers.tails import tags_start
from musfuse.media.retag.ape import edit_tail, front_tag
from musfuse.media.retag.pieces import Kept, Piece
from musfuse.media.tags.edit import TagEdit


def plan_mp3(reader: BinaryIO, size: int, edit: TagEdit) -> list[Piece]:
    """Pieces of the served file (MP3, ADTS and TTA alike): tag, audio with its Xing or LAME frame, tail."""
    front, start = front_tag(reader, size, edit)
    end = max(start, tags_start(reader, size))
    return [*front, Kept(start, end - start), *edit_tail(reader, end, size, edit)]
