"""What the workflows have done for them outside: one file a port."""
