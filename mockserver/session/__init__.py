"""An isolated world: sources of answers, state, journal and seed.

`open_session` makes a `Session` from settings and cassettes; `Sessions` holds those of a server by
name. A session asks its sources in turn (script, stubs, cassettes, upstream, generator), and reads
and changes its state in transactions. What people are told of it is in `reports`
and `leftovers`.

It imports `api`, `compose`, `script`, `cassettes` and the settings; it knows nothing of HTTP.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.session.chaos import ChaosSource as ChaosSource
    from mockserver.session.inquiry import Inquiry as Inquiry
    from mockserver.session.journal import Journal as Journal
    from mockserver.session.journal import StepWarning as StepWarning
    from mockserver.session.leftovers import no_request as no_request
    from mockserver.session.leftovers import unfinished_text as unfinished_text
    from mockserver.session.leftovers import unplayed as unplayed
    from mockserver.session.leftovers import unused_text as unused_text
    from mockserver.session.memory import MemoryState as MemoryState
    from mockserver.session.opening import CassetteContents as CassetteContents
    from mockserver.session.opening import Sessions as Sessions
    from mockserver.session.opening import check_settings as check_settings
    from mockserver.session.opening import load_cassettes as load_cassettes
    from mockserver.session.opening import open_session as open_session
    from mockserver.session.outcome import Outcome as Outcome
    from mockserver.session.received import Received as Received
    from mockserver.session.reports import json_differences as json_differences
    from mockserver.session.reports import list_requests as list_requests
    from mockserver.session.reports import unmet as unmet
    from mockserver.session.session import Session as Session
    from mockserver.session.shared.log import trouble_with as trouble_with
    from mockserver.session.shared.log import without_password as without_password
    from mockserver.session.shared.sessions import SharedSessions as SharedSessions
    from mockserver.session.sources import CassetteSource as CassetteSource
    from mockserver.session.upstream import UpstreamSource as UpstreamSource
    from mockserver.session.upstream import open_test_upstream as open_test_upstream
    from mockserver.session.upstream import open_upstream as open_upstream
    from mockserver.session.webhooks import Webhook as Webhook
    from mockserver.session.webhooks import Webhooks as Webhooks
else:
    __getattr__, __dir__ = lazy_exports(__name__)
