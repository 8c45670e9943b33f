"""Purchasing-agent orders: durable lives, named rules, exact money."""
