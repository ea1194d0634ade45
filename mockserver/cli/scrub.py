"""`mockserver scrub`: take secrets out of cassettes that exist already."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.wording import counted

if TYPE_CHECKING:
    from mockserver.cassettes import Interaction, ScrubRules


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.description = (
        "Rewrite recorded cassettes without secrets and without headers that are not worth "
        "keeping. Cassettes that hold neither are left as they are, scripted ones too; others "
        "come out in our own form."
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a recorded cassette, or a folder of them"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="say what would be taken out, and exit with 1 if there is anything",
    )
    parser.add_argument(
        "--output",
        metavar="PATH",
        help="write the scrubbed cassette here instead (one cassette only)",
    )
    parser.add_argument(
        "--scrub",
        action="append",
        default=[],
        metavar="REGEX",
        help="a secret of your own to take out (repeatable)",
    )
    parser.add_argument(
        "--keep-header",
        action="append",
        default=[],
        metavar="NAME",
        help="a further header to keep (repeatable)",
    )


def run(options: argparse.Namespace) -> int:
    """Scrub. Raises ValueError for a bad option."""
    from mockserver.cassettes import cassette_kind, scrub_rules
    from mockserver.cli.cassette_files import files_of, recordings

    by = scrub_rules(options.scrub, headers=options.keep_header)
    files = files_of(options.paths)
    if options.output and len(files) != 1:
        raise ValueError(f"--output takes one cassette, but {len(files)} are given")
    bad = found = 0
    recorded = [path for path in files if not path.is_file() or cassette_kind(path) == "recorded"]
    scripted = len(files) - len(recorded)
    if scripted:
        print(f"passed over {counted(scripted, 'scripted cassette')}; this reads recordings")
    for path, interactions in recordings(recorded):
        if isinstance(interactions, Exception):
            print(f"mockserver: {interactions}", file=sys.stderr)
            bad += 1
        elif options.dry_run:
            found += _report(interactions, by)
        else:
            found += _rewrite(
                path, Path(options.output) if options.output else path, interactions, by
            )
    if recorded and not found and not bad:
        print(f"nothing to take out of {counted(len(recorded), 'recorded cassette')}")
    return 1 if bad or (found and options.dry_run) else 0


def _report(interactions: "list[Interaction]", by: "ScrubRules") -> bool:
    """Say what would be taken out; whether that is anything."""
    from mockserver.cassettes import find_secrets

    findings = [
        (each.source, finding) for each in interactions for finding in find_secrets(each, by)
    ]
    for source, finding in findings:
        print(f"{source}: {finding.kind} at {finding.path}: {finding.excerpt}")
    return bool(findings)


def _rewrite(path: Path, target: Path, interactions: "list[Interaction]", by: "ScrubRules") -> bool:
    """Write what is left; whether that is anything but what was there."""
    from mockserver.cassettes import find_secrets, replace_interactions, scrub_interaction

    clean = [scrub_interaction(each, by) for each in interactions]
    if clean == interactions and path == target:
        return False
    replace_interactions(target, clean)
    count = sum(len(find_secrets(each, by)) for each in interactions)
    print(
        f"{target}: "
        f"{counted(count, 'secret') if count or clean == interactions else 'only headers'} taken "
        "out"
    )
    return True
