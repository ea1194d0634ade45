"""What a test's author writes: steps, conditions, matchers, faults, templates, scripted cassettes.

Whatever an author writes becomes a `Step` (`to_step`), whose `Conditions` are asked for differences
to a request, and whose `Delivery` becomes a plan of actions for a connection. It imports `api`,
`compose` and `schemas`, and no state, no server and no recording.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.script import builders as builders
    from mockserver.script import faults as faults
    from mockserver.script.actions import Action as Action
    from mockserver.script.actions import Drop as Drop
    from mockserver.script.actions import End as End
    from mockserver.script.actions import Frame as Frame
    from mockserver.script.actions import Head as Head
    from mockserver.script.actions import Stall as Stall
    from mockserver.script.actions import Wait as Wait
    from mockserver.script.actions import Write as Write
    from mockserver.script.actions import encode as encode
    from mockserver.script.conditions import CONDITION_KEYS as CONDITION_KEYS
    from mockserver.script.conditions import Arrival as Arrival
    from mockserver.script.conditions import Conditions as Conditions
    from mockserver.script.conditions import Difference as Difference
    from mockserver.script.conditions import Rule as Rule
    from mockserver.script.conditions import Transport as Transport
    from mockserver.script.conditions import to_conditions as to_conditions
    from mockserver.script.conditions import tool_name as tool_name
    from mockserver.script.delivery import Delivery as Delivery
    from mockserver.script.delivery import Pace as Pace
    from mockserver.script.delivery import plan as plan
    from mockserver.script.delivery import to_delivery as to_delivery
    from mockserver.script.error_builder import error as error
    from mockserver.script.error_replies import NAMED_ERRORS as NAMED_ERRORS
    from mockserver.script.error_replies import ErrorReply as ErrorReply
    from mockserver.script.error_replies import to_error as to_error
    from mockserver.script.faults.base import FAULTS as FAULTS
    from mockserver.script.faults.base import to_fault as to_fault
    from mockserver.script.items import ITEM_KEYS as ITEM_KEYS
    from mockserver.script.loader import ScriptedCassette as ScriptedCassette
    from mockserver.script.loader import StoredPrompt as StoredPrompt
    from mockserver.script.loader import is_recorded as is_recorded
    from mockserver.script.loader import load as load
    from mockserver.script.loader import load_prompts as load_prompts
    from mockserver.script.loader import load_steps as load_steps
    from mockserver.script.loader import loads as loads
    from mockserver.script.matchers import MATCHER_WORDS as MATCHER_WORDS
    from mockserver.script.matchers import same as same
    from mockserver.script.places import Place as Place
    from mockserver.script.places import caller as caller
    from mockserver.script.replies import Times as Times
    from mockserver.script.replies import failed as failed
    from mockserver.script.replies import generated as generated
    from mockserver.script.replies import incomplete as incomplete
    from mockserver.script.replies import reply as reply
    from mockserver.script.routes import without_prefix as without_prefix
    from mockserver.script.schema import cassette_schema as cassette_schema
    from mockserver.script.steps import STARTED as STARTED
    from mockserver.script.steps import Scenario as Scenario
    from mockserver.script.steps import Step as Step
    from mockserver.script.steps import StepLike as StepLike
    from mockserver.script.steps import advance as advance
    from mockserver.script.steps import check_any as check_any
    from mockserver.script.steps import in_state as in_state
    from mockserver.script.steps import to_step as to_step
    from mockserver.script.stubs import StubBuilder as StubBuilder
    from mockserver.script.templates import render as render
else:
    __getattr__, __dir__ = lazy_exports(__name__)
