"""Real counterparties behind the ports: one file each."""
