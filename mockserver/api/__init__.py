"""The API in its own words: models, errors, tables of defaults. No behaviour."""
