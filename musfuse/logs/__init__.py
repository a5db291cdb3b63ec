"""What musfuse says of itself: the library's log, lines of it as text or JSON, systemd's journal."""
