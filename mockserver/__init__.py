"""A deterministic test double for the OpenAI Responses API and Open Responses.

    from mockserver import MockServer, function_call

    with MockServer() as server:
        server.script(function_call("get_weather", city="Paris"), "It is 18 °C.")
        ...

Everything is imported when it is first asked for, so that importing the package takes no time.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:  # the public names
    from mockserver.api.requests import CreateRequest as CreateRequest
    from mockserver.cassettes import CassetteError as CassetteError
    from mockserver.errors import ImpossibleStepWarning as ImpossibleStepWarning
    from mockserver.errors import ScriptError as ScriptError
    from mockserver.keywords import MockServerFactory as MockServerFactory
    from mockserver.mock_server import MockServer as MockServer
    from mockserver.script import faults as faults
    from mockserver.script.builders import apply_patch_call as apply_patch_call
    from mockserver.script.builders import computer_call as computer_call
    from mockserver.script.builders import custom_tool_call as custom_tool_call
    from mockserver.script.builders import function_call as function_call
    from mockserver.script.builders import local_shell_call as local_shell_call
    from mockserver.script.builders import message as message
    from mockserver.script.builders import reasoning as reasoning
    from mockserver.script.builders import refusal as refusal
    from mockserver.script.builders import shell_call as shell_call
    from mockserver.script.builders import text as text
    from mockserver.script.builders import url_citation as url_citation
    from mockserver.script.error_builder import error as error
    from mockserver.script.hosted_builders import additional_tools as additional_tools
    from mockserver.script.hosted_builders import agent_message as agent_message
    from mockserver.script.hosted_builders import code_interpreter_call as code_interpreter_call
    from mockserver.script.hosted_builders import compaction as compaction
    from mockserver.script.hosted_builders import file_search_call as file_search_call
    from mockserver.script.hosted_builders import image_generation_call as image_generation_call
    from mockserver.script.hosted_builders import mcp_approval_request as mcp_approval_request
    from mockserver.script.hosted_builders import mcp_call as mcp_call
    from mockserver.script.hosted_builders import mcp_list_tools as mcp_list_tools
    from mockserver.script.hosted_builders import multi_agent_call as multi_agent_call
    from mockserver.script.hosted_builders import multi_agent_call_output as multi_agent_call_output
    from mockserver.script.hosted_builders import program as program
    from mockserver.script.hosted_builders import program_output as program_output
    from mockserver.script.hosted_builders import shell_call_output as shell_call_output
    from mockserver.script.hosted_builders import tool_search_call as tool_search_call
    from mockserver.script.hosted_builders import tool_search_output as tool_search_output
    from mockserver.script.hosted_builders import web_search_call as web_search_call
    from mockserver.script.replies import failed as failed
    from mockserver.script.replies import generated as generated
    from mockserver.script.replies import incomplete as incomplete
    from mockserver.script.replies import reply as reply
    from mockserver.script.steps import Step as Step
    from mockserver.script.steps import StepLike as StepLike
    from mockserver.session.received import Received as Received
else:
    __getattr__, __dir__ = lazy_exports(__name__)
