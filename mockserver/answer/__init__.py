"""The former home of `schema`; a contract keeps its import path."""
