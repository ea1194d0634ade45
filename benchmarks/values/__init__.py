"""Are generated values believable? `make bench-values`, or `python -m benchmarks.values`.

60 documents of 20 domains, a file each: the schema with a rule beside each leaf, and relations
among the leaves. `documents` reads them, `rules` are what a rule may say, `judging` makes values
and judges them. A leaf and a relation count where they hold for every seed.
"""
