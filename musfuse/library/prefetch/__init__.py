"""What somebody will probably play next, made ready before that: guessed, queued, made."""
