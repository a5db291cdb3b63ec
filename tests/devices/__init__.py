"""What is put on players and other disks."""
