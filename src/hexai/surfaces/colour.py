"""Whether there may be colours, as the user has said; see https://no-color.org."""

from collections.abc import Mapping


def is_colour_wanted(environ: Mapping[str, str]) -> bool:
    """Tell whether nothing in the environment forbids colours."""
    return not environ.get("NO_COLOR")
