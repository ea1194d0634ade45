"""A request as the sources of a session see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mockserver.api import ApiError, CreateRequest, Dialect
from mockserver.cassettes import RecordedRequest
from mockserver.script.conditions import Arrival
from mockserver.session.received import Received
from mockserver.session.state import Supply


@dataclass(slots=True)
class Inquiry:
    """A request as sources see it.

    Attributes:
        target: path and query, as the client wrote them.
        arrival: its header fields, and the transport by which the answer goes back.
        body: its bytes, without content coding.
        dialect: whose rules hold for it.
        request: what it asks to create; None on all other routes, and where it is refused.
        refusal: why it is refused, unless a recording or the upstream answers it.
        received: what the journal holds of it.
        names: the ids that its path names.
        is_probe: whether it asks if a server is there, which no upstream is asked about.
        is_own: whether this server asks it itself, for steering, which no recording knows.
        number_key: what the number of its HTTP request is counted by; None once it has one.
        number: how often the same was asked before.
        supply: what stands in for what the state does not hold.
    """

    method: str
    target: str
    arrival: Arrival
    dialect: Dialect
    body: bytes = b""
    request: CreateRequest | None = None
    refusal: ApiError | None = None
    received: Received = field(default_factory=Received)
    names: Sequence[str] = ()
    is_probe: bool = False
    is_own: bool = False
    number_key: bytes | None = None
    number: int = 0
    supply: Supply | None = None

    @property
    def recorded_form(self) -> RecordedRequest:
        """The request as a recording would have it."""
        headers = tuple(
            (name, value)
            for name, value in self.arrival.headers.items()
            if name != "content-encoding"
        )
        return RecordedRequest(self.method, self.target, headers, self.body)
