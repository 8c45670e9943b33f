"""`daigou demo`: dozens of orders, down every path there is, over HTTP, at a day a second."""
