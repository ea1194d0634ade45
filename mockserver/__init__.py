"""A deterministic test double for the OpenAI Responses API and Open Responses."""
