"""An isolated world: script, stubs, cassettes, stored state, journal and seed."""
