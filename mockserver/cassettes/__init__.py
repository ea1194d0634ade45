"""Interactions on disk: read every dialect, write one, match, scrub, record."""
