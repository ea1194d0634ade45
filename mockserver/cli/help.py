"""How help texts look."""

import argparse

_SAYS_NOTHING: tuple[object, ...] = (None, False, [], argparse.SUPPRESS)


class Formatter(argparse.ArgumentDefaultsHelpFormatter):
    """Shows the default of an option where it says something."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in _SAYS_NOTHING or "(default" in (action.help or ""):
            return action.help
        return super()._get_help_string(action)
