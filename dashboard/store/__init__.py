"""What a board knows of its logdir, and the thread that keeps it up to date."""
