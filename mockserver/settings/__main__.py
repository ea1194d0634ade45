"""`python -m mockserver.settings` writes docs/options.md."""

import sys

from mockserver.options import reference
from mockserver.settings import OPTIONS

sys.stdout.write(reference(OPTIONS))
