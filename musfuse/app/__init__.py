"""The composition root: `library` builds everything in order and closes it in reverse; `host` is its process."""
