"""A seeded world behind the ports: the demo, the test fake and the load generator.

Import what you need from its files: `world` (who and what there is), `conduct` (the test tokens),
`counterparties` (what a worker plugs into its ports), `plans` (the demo's paths).
"""
