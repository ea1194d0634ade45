"""Where a session's made-up values come from, and what of it is told."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mockserver.compose import EPOCH
from mockserver.script.steps import Step
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.schemas import Locale


def locale_of(settings: Settings) -> "Locale | None":
    """The locale that settings name; None for ours. Raises ValueError where there is none."""
    if settings.locale is None and not settings.faker_provider:
        return None
    from mockserver.schemas import Locale

    return Locale(settings.locale, plugins=settings.faker_provider, now=EPOCH)


def faker_version(forms: Iterable[Step], locale: "Locale | None") -> str:
    """The version of faker that values of a step may come from, in one of its forms; empty where
    none does.
    """
    if not any(uses_faker(step, locale) for step in forms):
        return ""
    from mockserver.schemas.faking import VERSION

    return VERSION


def uses_faker(step: Step, locale: "Locale | None" = None) -> bool:
    """Whether faker may make values of a step's reply."""
    if step.generated:
        generation = step.generation
        made = locale if generation is None else generation.within(locale)
        return made is not None and made.needs_faker
    return step.template and "fake." in str(step.reply)
