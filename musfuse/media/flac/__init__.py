"""FLAC made here: deterministic frames by block, their index, and complete headers (RFC 9639)."""
