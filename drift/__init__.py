"""The types of the newest `openai` and `openresponses-types` packages, held against ours."""
