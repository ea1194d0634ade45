"""Real clients, each against a server of its own: `python -m clients`, or `make clients`."""
