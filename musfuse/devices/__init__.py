"""What is put on players and other disks: which tracks, under which names, and what became of what was put there."""
