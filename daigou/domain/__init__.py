"""Pure values and rules: what an order is, what may happen to it, and what it costs."""
