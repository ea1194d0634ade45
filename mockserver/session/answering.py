"""From a step to the answer that it gives to a request."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import CreateRequest, Dialect, Json
from mockserver.compose import (
    LEAST_CACHED,
    Answer,
    Identity,
    MeasuredPrompt,
    Tokenizer,
    cacheable,
    diagnostics,
    echoed_options,
    moderation_results,
    prompt_prefix,
)
from mockserver.errors import ScriptError
from mockserver.neighbours import search_results, searched_size, with_search_results
from mockserver.script.generation import Fake
from mockserver.script.routes import HttpReply, responded
from mockserver.script.steps import Step
from mockserver.session.context import ResolvedRequest
from mockserver.session.received import Received
from mockserver.session.remembered import RememberedForms
from mockserver.session.reports import script_failed
from mockserver.session.script_sources import StepAnswer
from mockserver.session.state import Change, View
from mockserver.session.worker import LONG, is_long, leave_loop

if TYPE_CHECKING:
    from mockserver.schemas import Locale


def use_step(
    found: StepAnswer,
    request: CreateRequest,
    view: View,
    change: Change,
    fake: Fake,
) -> Step:
    """The step that answers, its function called and its templates filled in. fake: what makes
    values in them.
    """
    step = found.step
    try:
        if step.compute is not None or step.template:
            step = step.resolve(request, fake)
    except ScriptError as error:
        raise script_failed(error) from error
    mark_used(found, view, change)
    return step


def mark_used(found: StepAnswer, view: View, change: Change) -> None:
    """Let the change say that a step has answered once more."""
    entry = found.entry
    if entry is None:
        return
    change.used = entry.key, view.uses(entry.key)
    scenario = entry.step.scenario
    if scenario is not None and scenario.sets is not None:
        change.scenarios = {scenario.name: scenario.sets}


def http_reply(step: Step, received: Received) -> HttpReply | None:
    """The HTTP reply that a step gives, its function called; None for a step that gives another
    answer.
    """
    if step.http is None or isinstance(step.http, HttpReply):
        return step.http
    try:
        return responded(step.http, received, step.source)
    except ScriptError as error:
        raise script_failed(error) from error


@dataclass(frozen=True, slots=True)
class StepComposer:
    """Composes what the steps of a session answer.

    Attributes:
        seed: what made-up output derives from.
        locale: where made-up values are from; None for ours.
        forms: what is remembered of answers that are alike.
    """

    seed: int
    tokenizer: Tokenizer
    locale: "Locale | None"
    forms: RememberedForms

    def answer(
        self,
        found: StepAnswer,
        step: Step,
        resolved: ResolvedRequest,
        prompt: MeasuredPrompt,
        identity: Identity,
        dialect: Dialect,
        view: View,
        change: Change,
    ) -> Answer:
        """The answer that a step gives to a request.

        Args:
            found: the step as it stands.
            step: the same, with its function called and its templates filled in.
        """
        request = resolved.request
        reply: Json = step.reply or {}
        if "moderation" in request.body:
            reply = {"moderation": moderation_results(request), **reply}
        if "prompt_cache_options" in request.body:
            reply = {**self._cache_fields(request, prompt, view), **reply}
        if request.tools and searched_size(request, view.shelf) > LONG:
            leave_loop()
        if step.generated:
            make = partial(self._made_up, found, step, request, view)
            key = resolved.key if step.generation is None else None
            reply = {**self.forms.made_up(key, request, make), **reply}
        elif "file_search_call.results" in request.include:
            reply = with_search_results(reply, request, view.shelf)
        cached_tokens = 0
        if prompt.tokens >= LEAST_CACHED and cacheable(request):
            cached_tokens = self._cached_tokens(request, prompt, view, change)
        answer = Answer(
            request,
            reply,
            identity,
            dialect=dialect,
            tokenizer=self.tokenizer,
            prompt_tokens=prompt.tokens,
            cached_tokens=cached_tokens,
            made_up=step.generated,
        )
        answer.outline = self.forms.outline(resolved.key, answer, found)
        most = LONG // _tokens_shown(request)
        text = answer.text
        answer.is_long = is_long(reply, most) if text is None else len(text) > most
        return answer

    def _made_up(self, found: StepAnswer, step: Step, request: CreateRequest, view: View) -> Json:
        from mockserver.compose import generated_reply

        if _has_schema(request) and found.step.compute is None:
            leave_loop()
        generation = step.generation
        locale = self.locale if generation is None else generation.within(self.locale)
        find = partial(search_results, shelf=view.shelf)
        return generated_reply(request, self.seed, find, locale)

    def _cached_tokens(
        self, request: CreateRequest, prompt: MeasuredPrompt, view: View, change: Change
    ) -> int:
        """How many tokens of a prompt the cache holds; the prompt is in it from now on."""
        change.prompt = prompt_prefix(request.body, prompt.items, request.model)
        return view.prompt_cache.cached(change.prompt, self.tokenizer, prompt.tokens)

    def _cache_fields(self, request: CreateRequest, prompt: MeasuredPrompt, view: View) -> Json:
        """The fields of a Response that speak of caching, where the request uses
        `prompt_cache_options`.
        """
        options = echoed_options(request)
        if options is None:
            return {}
        fields: Json = {"prompt_cache_options": options}
        if "comparison_response_id" in options:
            stored = view.response(options["comparison_response_id"])
            compared = None if stored is None else stored.answer.request
            model = "" if stored is None else stored.answer.response["model"]
            fields["prompt_cache_diagnostics"] = diagnostics(
                request, prompt.tokens, compared, model, self.tokenizer
            )
        return fields


def _has_schema(request: CreateRequest) -> bool:
    """Whether what is made up for a request has to fit something that the request describes."""
    return bool(request.tools) or request.text_format["type"] != "text"


def _tokens_shown(request: CreateRequest) -> int:
    """How many tokens an answer may tell of for each of its own."""
    has_logprobs = "message.output_text.logprobs" in request.include or request.top_logprobs
    return 2 + request.top_logprobs if has_logprobs else 1
