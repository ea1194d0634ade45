"""docs/neighbours.md names every route that there is."""

import re
from pathlib import Path

from mockserver.http.api_routes import ROUTES

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "neighbours.md").read_text(encoding="utf-8")


def test_every_root_is_explained() -> None:
    told = set(re.findall(r"^\| `/v1(/\w+)` \|", PAGE, re.MULTILINE))
    roots = {f"/{path.split('/')[1]}" for _, path, _ in ROUTES}
    assert told == roots - {"/responses", "/conversations", "/models", "/traces"}
