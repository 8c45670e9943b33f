"""When: the durable lives, one file a workflow."""
