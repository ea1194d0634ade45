"""A session's state in Redis, for servers that answer together.

`SharedSessions` are the sessions of such a server. `state` holds a replica of each; `log` is what
all of them write and read, in the form that `wire` gives it; `footprints` tell whether a change
came too late; a `snapshot` stands for a log that has become long.

It imports what `session` does, and redis-py where a server asks for it.
"""
