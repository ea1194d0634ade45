"""Cassettes of recorded traffic: read in every format, written, matched, replayed, scrubbed.

A recording is a list of `Interaction`s. `load` reads one, `append_interactions` writes one,
`Player` finds what answers a request, `Recorder` keeps what an `Upstream` says, without the
secrets that `scrub_interaction` takes out. Two requests match when their `differences` are none.

It imports `api` and the modules that know no room; scripts, sessions and HTTP are above it. Names
are loaded when they are asked for, since YAML and the client of the upstream take their time.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.cassettes.canonical import route as route
    from mockserver.cassettes.consistency import inconsistencies as inconsistencies
    from mockserver.cassettes.consistency import usage_inconsistencies as usage_inconsistencies
    from mockserver.cassettes.document import ProgressCallback as ProgressCallback
    from mockserver.cassettes.document import raw_interactions as raw_interactions
    from mockserver.cassettes.exchange import Clock as Clock
    from mockserver.cassettes.exchange import Exchange as Exchange
    from mockserver.cassettes.exchange import UpstreamEnd as UpstreamEnd
    from mockserver.cassettes.exchange import UpstreamFailure as UpstreamFailure
    from mockserver.cassettes.exchange import UpstreamHead as UpstreamHead
    from mockserver.cassettes.exchange import UpstreamPart as UpstreamPart
    from mockserver.cassettes.interaction import FRAMING_HEADERS as FRAMING_HEADERS
    from mockserver.cassettes.interaction import WEBSOCKET_METHOD as WEBSOCKET_METHOD
    from mockserver.cassettes.interaction import HeaderFields as HeaderFields
    from mockserver.cassettes.interaction import Interaction as Interaction
    from mockserver.cassettes.interaction import RecordedRequest as RecordedRequest
    from mockserver.cassettes.interaction import RecordedResponse as RecordedResponse
    from mockserver.cassettes.interaction import SocketMessage as SocketMessage
    from mockserver.cassettes.interaction import conversation_turns as conversation_turns
    from mockserver.cassettes.interaction import event_type_of as event_type_of
    from mockserver.cassettes.interaction import header_value as header_value
    from mockserver.cassettes.interaction import is_stream as is_stream
    from mockserver.cassettes.interaction import payload as payload
    from mockserver.cassettes.interaction import pieces as pieces
    from mockserver.cassettes.interaction import request_value as request_value
    from mockserver.cassettes.live_turns import LiveTurns as LiveTurns
    from mockserver.cassettes.match import MISSING as MISSING
    from mockserver.cassettes.match import IdMap as IdMap
    from mockserver.cassettes.match import RecordingDifference as RecordingDifference
    from mockserver.cassettes.match import RepliedIds as RepliedIds
    from mockserver.cassettes.match import difference_line as difference_line
    from mockserver.cassettes.match import differences as differences
    from mockserver.cassettes.match import explain_miss as explain_miss
    from mockserver.cassettes.match import shorten_pair as shorten_pair
    from mockserver.cassettes.match_rules import MatchRules as MatchRules
    from mockserver.cassettes.match_rules import as_recorded as as_recorded
    from mockserver.cassettes.match_rules import dates as dates
    from mockserver.cassettes.match_rules import make_match_rules as make_match_rules
    from mockserver.cassettes.match_rules import normaliser as normaliser
    from mockserver.cassettes.match_rules import render_path as render_path
    from mockserver.cassettes.match_rules import request_pattern as request_pattern
    from mockserver.cassettes.match_rules import temp_paths as temp_paths
    from mockserver.cassettes.match_rules import uuids as uuids
    from mockserver.cassettes.play import Missed as Missed
    from mockserver.cassettes.play import Played as Played
    from mockserver.cassettes.play import Player as Player
    from mockserver.cassettes.play import Repeat as Repeat
    from mockserver.cassettes.play import replay_headers as replay_headers
    from mockserver.cassettes.positions import MemoryPositions as MemoryPositions
    from mockserver.cassettes.positions import Positions as Positions
    from mockserver.cassettes.positions import RenamedId as RenamedId
    from mockserver.cassettes.read import cassette_kind as cassette_kind
    from mockserver.cassettes.read import iterate as iterate
    from mockserver.cassettes.read import load as load
    from mockserver.cassettes.read import load_if_recorded as load_if_recorded
    from mockserver.cassettes.read import read_interaction as read_interaction
    from mockserver.cassettes.record import Recorder as Recorder
    from mockserver.cassettes.record import RecordMode as RecordMode
    from mockserver.cassettes.record import allowed_mode as allowed_mode
    from mockserver.cassettes.record import not_written as not_written
    from mockserver.cassettes.record import records_into as records_into
    from mockserver.cassettes.scrub import find_secrets as find_secrets
    from mockserver.cassettes.scrub import scrub_interaction as scrub_interaction
    from mockserver.cassettes.scrub import scrub_request as scrub_request
    from mockserver.cassettes.scrub import scrubbed_kinds as scrubbed_kinds
    from mockserver.cassettes.secret_rules import DEFAULT_SCRUB_RULES as DEFAULT_SCRUB_RULES
    from mockserver.cassettes.secret_rules import ScrubRules as ScrubRules
    from mockserver.cassettes.secret_rules import scrub_rules as scrub_rules
    from mockserver.cassettes.summary import InteractionPair as InteractionPair
    from mockserver.cassettes.summary import answer_value as answer_value
    from mockserver.cassettes.summary import describe_item as describe_item
    from mockserver.cassettes.summary import describe_outcome as describe_outcome
    from mockserver.cassettes.summary import failure_of as failure_of
    from mockserver.cassettes.summary import is_create as is_create
    from mockserver.cassettes.summary import is_event_stream as is_event_stream
    from mockserver.cassettes.summary import pair_interactions as pair_interactions
    from mockserver.cassettes.summary import reply_differences as reply_differences
    from mockserver.cassettes.summary import stream_events as stream_events
    from mockserver.cassettes.upstream import KEY_VARIABLE as KEY_VARIABLE
    from mockserver.cassettes.upstream import SECRET_VARIABLES as SECRET_VARIABLES
    from mockserver.cassettes.upstream import Upstream as Upstream
    from mockserver.cassettes.upstream import failure as failure
    from mockserver.cassettes.upstream import keys_of as keys_of
    from mockserver.cassettes.write import CASSETTE_HEAD as CASSETTE_HEAD
    from mockserver.cassettes.write import EMPTY_CASSETTE as EMPTY_CASSETTE
    from mockserver.cassettes.write import append_interactions as append_interactions
    from mockserver.cassettes.write import render_interaction as render_interaction
    from mockserver.cassettes.write import replace_interactions as replace_interactions
    from mockserver.cassettes.write import yaml_scalar as yaml_scalar
    from mockserver.errors import CassetteError as CassetteError
    from mockserver.wording import short_path as short_path
else:
    __getattr__, __dir__ = lazy_exports(__name__)
