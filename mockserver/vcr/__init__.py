"""For those who stay with vcrpy or pytest-recording, and for those who move (extra `vcr`).

`configure` gives a `vcr.VCR` our matching, our reports of what differs, and our scrubbing. `Replay`
lets the cassette of a running test play through a server: vcrpy says which interaction answers, by
its own rules, and the server sends it, a stream in its own time.

It imports `cassettes`, `session` and `mock_server`, and vcrpy where it is used; what is private to
vcrpy stands in `internals`.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.vcr.configuring import configure as configure
    from mockserver.vcr.internals import check_version as check_version
    from mockserver.vcr.replay import Replay as Replay
    from mockserver.vcr.reports import MissReports as MissReports
    from mockserver.vcr.reports import explain_all as explain_all
else:
    __getattr__, __dir__ = lazy_exports(__name__)
