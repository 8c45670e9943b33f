"""What the service needs of others, as Protocols: one file a counterparty."""
