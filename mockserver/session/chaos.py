"""Chaos: a part of all requests is answered with an error or a fault, whatever is scripted."""

from dataclasses import dataclass
from hashlib import blake2b

from mockserver.api import Json
from mockserver.compose import digest
from mockserver.script.places import is_integer, is_number
from mockserver.script.steps import Step
from mockserver.session.inquiry import Inquiry
from mockserver.session.script_sources import Candidate, StepAnswer
from mockserver.session.state import View
from mockserver.wording import show_value


class ChaosError(ValueError):
    """What chaos cannot be made of. name: what was wrong, as in `probability`."""

    def __init__(self, name: str, rule: str, value: object) -> None:
        super().__init__(f"'{name}' must be {rule}, not {show_value(value)}")
        self.name = name


@dataclass(frozen=True, slots=True)
class ChaosSource:
    """Answers a share of the create requests, and uses up nothing: the next attempt of a client
    gets what the script has.

    Whether it strikes depends on its seed, the request, and how often that came: a run is like the
    one before.

    step: what it answers, an error or a fault. probability: the share, from 0 to 1.

    Raises ChaosError for any other.
    """

    step: Step
    probability: float
    seed: int = 0

    def __post_init__(self) -> None:
        share, seed = self.probability, self.seed
        if not is_number(share) or not 0 <= share <= 1:
            raise ChaosError("probability", "a number from 0 to 1", share)
        if not is_integer(seed):
            raise ChaosError("seed", "a whole number", seed)
        if self.step.error is None and self.step.stream.fault is None:
            raise ChaosError("step", "an error or a fault", self.step.answer)

    def find(self, inquiry: Inquiry, view: View) -> StepAnswer | list[Candidate]:
        """The error or the fault, where it strikes."""
        request = inquiry.request
        if request is None or not request.generate:
            return []
        key = digest(request.canonical + (b" stream" if request.stream else b""))
        drawn = blake2b(key, digest_size=8, key=f"{self.seed}/{view.occurrence(key)}".encode())
        strikes = int.from_bytes(drawn.digest(), "big") < self.probability * 2**64
        return StepAnswer(self.step, "chaos") if strikes else []

    def as_json(self) -> Json:
        """What is told of it over HTTP."""
        error = self.step.error
        return {
            "probability": self.probability,
            "seed": self.seed,
            "error": None if error is None else error.status,
            "fault": None if self.step.stream.fault is None else self.step.stream.fault.kind,
        }
