"""Plausible English for replies that nobody wrote."""

from mockserver.answer.schema.rng import Rng

_SUBJECTS = (
    *("The report", "Your question", "The first step", "A closer look", "The team", "This approach", "The result"),
    *("The schedule", "A small change", "The second option", "The summary", "Each part", "The plan", "The example"),
)
_VERBS = (
    *("shows", "explains", "depends on", "confirms", "points to", "supports", "covers", "improves", "describes"),
    *("brings together", "begins with", "leads to"),
)
_OBJECTS = (
    *("the main idea", "a clear answer", "the details that matter", "a better outcome", "the next decision"),
    *("what was asked", "the numbers in the table", "a simple rule", "the usual case", "the needs of the reader"),
    *("several good choices", "the work already done"),
)
_ENDINGS = (
    *("", "", "", " in most cases", " for now", " without extra effort", " as expected", " from the start"),
    *(" at any scale", " once it is tested"),
)


def sentence(rng: Rng) -> str:
    """One sentence, of five words or more."""
    words = (rng.choice(_SUBJECTS), rng.choice(_VERBS), rng.choice(_OBJECTS))
    return f"{' '.join(words)}{rng.choice(_ENDINGS)}."


def paragraph(rng: Rng) -> str:
    """Two to four sentences."""
    return " ".join(sentence(rng) for _ in range(rng.between(2, 4)))


def title(rng: Rng) -> str:
    """A heading of two or three words."""
    return f"Considering {rng.choice(_OBJECTS)}"
