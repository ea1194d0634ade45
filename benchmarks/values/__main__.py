"""The command: what is believed of the documents, and what is read back."""

from __future__ import annotations

import argparse
import sys

from benchmarks.values.documents import read_documents
from benchmarks.values.judging import judge
from benchmarks.values.readback import readback

LEAVES = 0.95
RELATIONS = 0.98


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.values", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--only", default="", help="documents whose name begins so")
    parser.add_argument("--no-readback", action="store_true", help="only the documents")
    args = parser.parse_args()
    documents = [each for each in read_documents() if each.name.startswith(args.only)]
    verdict = judge(documents, args.seeds)
    for missed in verdict.missed_leaves + verdict.missed_relations:
        print(missed)
    refused = 0 if args.no_readback else readback()
    leaves, relations = verdict.share_of_leaves(), verdict.share_of_relations()
    print(
        f"{len(documents)} documents, {args.seeds} seeds: "
        f"leaves {leaves:.1%} of {verdict.leaves} (goal {LEAVES:.0%}), "
        f"relations {relations:.1%} of {verdict.relations} (goal {RELATIONS:.0%})"
    )
    return 0 if leaves >= LEAVES and relations >= RELATIONS and not refused else 1


if __name__ == "__main__":
    sys.exit(main())
