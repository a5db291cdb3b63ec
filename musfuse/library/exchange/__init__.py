"""What is given to other programs, and taken from them: tables, playlists."""
