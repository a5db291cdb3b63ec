"""The chunk cache: contents of far originals kept on disk, addressed by what they are."""
