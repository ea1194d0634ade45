"""Pure functions from a request and a reply to a Response and its events."""
