"""Starlette at the edge: routes, delivery, faults."""
