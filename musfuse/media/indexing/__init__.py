"""Index building in worker processes, so that hostile files, the GIL and the memory stay out of the drive's process."""
