"""What plugins of test frameworks need besides `MockServer` and `mockserver.settings`: where the
cassettes of tests stand, how values that differ are told apart, how numbers and lists read.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.wording import counted as counted
from mockserver.wording import list_some as list_some

if TYPE_CHECKING:
    from mockserver.settings import Settings

_NOT_IN_FILES = re.compile(r"[<>?%*:|\"'/\\]")
_FOLDER = "cassettes"


def default_cassette(module: Path, names: Sequence[str]) -> Path:
    """The cassette of a test that names none: `cassettes/MODULE/CLASS.TEST.yaml` beside its module.

    Args:
        module: the file of the test.
        names: the classes around it, outermost first, and its own.
    """
    name = _NOT_IN_FILES.sub("-", ".".join(names))
    return module.parent / _FOLDER / module.stem / f"{name}.yaml"


def is_recorded(cassette: Path, settings: "Settings", allow: str) -> bool:
    """Whether the record mode of a test's settings has its cassette recorded; otherwise what it
    holds is replayed.

    Args:
        cassette: the file, which may be missing.
        settings: those of the test.
        allow: what would allow to record in CI, as it is said there.

    Raises:
        ValueError: it would have to be recorded, and CI is set.
    """
    from mockserver.cassettes import allowed_mode, records_into

    is_kept = settings.is_kept_from_recording
    mode = allowed_mode(cassette, settings.record or "none", is_kept=is_kept, allow=allow)
    return records_into(cassette, mode)


def orphan_reason(cassette: Path) -> str | None:
    """Why no test plays a cassette that stands where `default_cassette` puts it; None if one does,
    or it stands elsewhere.
    """
    folder = cassette.parent.parent
    module_name = cassette.parent.name
    is_tests = module_name.startswith("test_") or module_name.endswith("_test")
    if folder.name != _FOLDER or not is_tests:
        return None
    module = folder.parent / f"{module_name}.py"
    stem = cassette.name.partition("[")[0].removesuffix(".gz").removesuffix(cassette.suffix)
    test = stem.rpartition(".")[2]
    if not module.exists():
        return f"there is no {module}"
    if f"def {test}(" not in module.read_text("utf-8", "replace"):
        return f"{module} has no test {test}"
    return None


def is_sent_json(value: object) -> bool:
    """Whether a value is the JSON of a request that was received."""
    if not isinstance(value, dict) or type(value) is dict:
        return False
    from mockserver.session.received import SentBody

    return isinstance(value, SentBody)


def json_differences(expected: Any, actual: Any) -> list[str]:
    """Where one JSON value differs from another, a line for each place."""
    from mockserver.session.reports import json_differences

    return list(json_differences(expected, actual))
