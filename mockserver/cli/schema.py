"""`mockserver schema`: the JSON Schema of cassettes, for editors."""

import argparse
import json
from typing import Any

from mockserver.script.schema import cassette_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes: nothing."""
    parser.description = (
        "Print the JSON Schema of cassettes (draft 2020-12). Editors complete and check a file "
        "whose first line names it: `# yaml-language-server: $schema=cassette.schema.json`."
    )


def run(_: Any) -> int:
    """Print it."""
    print(json.dumps(cassette_schema(), indent=2, ensure_ascii=False))
    return 0
