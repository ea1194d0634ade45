"""Every example of docs/neighbours.md runs, and the page names every route that there is."""

import re
from pathlib import Path

import pytest

from mockserver.http.api_routes import ROUTES

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "neighbours.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", EXAMPLES, ids=range(len(EXAMPLES)))
def test_example(code: str) -> None:
    assert "assert " in code
    exec(compile(code, "docs/neighbours.md", "exec"), {})


def test_every_root_is_explained() -> None:
    told = set(re.findall(r"^\| `/v1(/\w+)` \|", PAGE, re.MULTILINE))
    roots = {f"/{path.split('/')[1]}" for _, path, _ in ROUTES}
    assert told == roots - {"/responses", "/conversations", "/models", "/traces"}
