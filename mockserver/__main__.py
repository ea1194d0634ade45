"""`python -m mockserver`."""

import sys

from mockserver.command.main import main

sys.exit(main())
