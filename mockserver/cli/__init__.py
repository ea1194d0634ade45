"""The command line: `mockserver serve`, `record`, `check`, and what else `COMMANDS` names.

One module a command, imported when it is asked for; `main` chooses it. Beside them `cassette_files`
finds and loads what is named on the command line, and `table` lays it out. The options of `serve`
and `record` are those of `mockserver.settings`. It may import all other rooms; none imports it.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.cli.convert import script_text as script_text
    from mockserver.cli.convert import to_script as to_script
    from mockserver.cli.main import COMMANDS as COMMANDS
    from mockserver.cli.main import main as main
    from mockserver.cli.main import run_command as run_command
else:
    __getattr__, __dir__ = lazy_exports(__name__)
