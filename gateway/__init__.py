"""The HTTP edge: wire to command, and reads."""
