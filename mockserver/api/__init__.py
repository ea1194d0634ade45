"""The API's language: requests, responses, items, events, errors, models, tools, dialects.

Types, tables and the rules of a valid request; no input or output, no state, nothing that waits.
It imports no other room of the package.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.api.checks import check_model as check_model
    from mockserver.api.checks import is_stream_id as is_stream_id
    from mockserver.api.dialects import DIALECTS as DIALECTS
    from mockserver.api.dialects import OPEN_RESPONSES as OPEN_RESPONSES
    from mockserver.api.dialects import OPENAI as OPENAI
    from mockserver.api.dialects import Dialect as Dialect
    from mockserver.api.dialects import dialect as dialect
    from mockserver.api.error_table import CATALOGUE as CATALOGUE
    from mockserver.api.error_table import FAILURE as FAILURE
    from mockserver.api.error_table import ErrorKind as ErrorKind
    from mockserver.api.errors import NO_RETRY as NO_RETRY
    from mockserver.api.errors import ApiError as ApiError
    from mockserver.api.errors import api_error as api_error
    from mockserver.api.errors import enumerated as enumerated
    from mockserver.api.errors import own_error as own_error
    from mockserver.api.events import EVENT_TYPES as EVENT_TYPES
    from mockserver.api.events import LAST as LAST
    from mockserver.api.events import TERMINAL as TERMINAL
    from mockserver.api.history import History as History
    from mockserver.api.items import BETA_ITEM_TYPES as BETA_ITEM_TYPES
    from mockserver.api.items import INPUT_ITEM_TYPES as INPUT_ITEM_TYPES
    from mockserver.api.items import ITEM_TYPES as ITEM_TYPES
    from mockserver.api.items import STORED_ITEM_TYPES as STORED_ITEM_TYPES
    from mockserver.api.items import InputItem as InputItem
    from mockserver.api.items import ItemType as ItemType
    from mockserver.api.items import OutputItem as OutputItem
    from mockserver.api.items import item_type as item_type
    from mockserver.api.json import Json as Json
    from mockserver.api.json import canonical as canonical
    from mockserver.api.json import compact as compact
    from mockserver.api.json import parse as parse
    from mockserver.api.json import pretty as pretty
    from mockserver.api.json import text_size as text_size
    from mockserver.api.json_path import ANY as ANY
    from mockserver.api.json_path import DEEP as DEEP
    from mockserver.api.json_path import Path as Path
    from mockserver.api.json_path import find as find
    from mockserver.api.json_path import join_path as join_path
    from mockserver.api.json_path import parse_path as parse_path
    from mockserver.api.json_portions import pretty_portions as pretty_portions
    from mockserver.api.leniency import Leniency as Leniency
    from mockserver.api.leniency import lenient as lenient
    from mockserver.api.models import DEFAULT_MODEL as DEFAULT_MODEL
    from mockserver.api.models import MODELS as MODELS
    from mockserver.api.models import ModelFacts as ModelFacts
    from mockserver.api.models import is_known as is_known
    from mockserver.api.models import model_facts as model_facts
    from mockserver.api.pairing import check_pairing as check_pairing
    from mockserver.api.parameters import PARAMETERS as PARAMETERS
    from mockserver.api.parameters import CreateBody as CreateBody
    from mockserver.api.parameters import Parameter as Parameter
    from mockserver.api.requests import CreateRequest as CreateRequest
    from mockserver.api.requests import ToolOutput as ToolOutput
    from mockserver.api.requests import as_items as as_items
    from mockserver.api.requests import content_text as content_text
    from mockserver.api.requests import input_text as input_text
    from mockserver.api.responses import RUNNING as RUNNING
    from mockserver.api.responses import Response as Response
    from mockserver.api.strict_schema import format_error as format_error
    from mockserver.api.strict_schema import make_strict as make_strict
    from mockserver.api.strict_schema import tool_error as tool_error
    from mockserver.api.strict_schema import violation as violation
    from mockserver.api.token_table import ImageCost as ImageCost
    from mockserver.api.token_table import TokenCosts as TokenCosts
    from mockserver.api.token_table import token_costs as token_costs
    from mockserver.api.tools import TOOL_TYPES as TOOL_TYPES
    from mockserver.api.tools import Tool as Tool
    from mockserver.api.tools import ToolChoice as ToolChoice
    from mockserver.api.validation import conformance_errors as conformance_errors
    from mockserver.api.validation import create_request as create_request
    from mockserver.api.validation import parse_body as parse_body
    from mockserver.api.validation import parse_compact as parse_compact
    from mockserver.api.validation import parse_conversation as parse_conversation
    from mockserver.api.validation import parse_conversation_items as parse_conversation_items
    from mockserver.api.validation import parse_conversation_update as parse_conversation_update
    from mockserver.api.validation import parse_create as parse_create
    from mockserver.api.validation import parse_input_tokens as parse_input_tokens
    from mockserver.api.validation import parse_object as parse_object
    from mockserver.api.webhooks import WEBHOOK_SECRET as WEBHOOK_SECRET
    from mockserver.api.webhooks import WebhookEndpoint as WebhookEndpoint
    from mockserver.api.webhooks import WebhookRequest as WebhookRequest
else:
    __getattr__, __dir__ = lazy_exports(__name__)
