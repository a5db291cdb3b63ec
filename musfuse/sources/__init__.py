"""What stands between origins and whoever asks them, where they are far: a lane, which is an origin itself."""
