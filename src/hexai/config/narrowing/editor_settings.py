"""What the editor sends as settings: it may narrow, and can never be trusted.

Editors fill their settings from files of the repository, and an editor's word is all
there is to tell those from the user's own.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.decode import decode, prune
from hexai.config.files import is_too_deep
from hexai.config.merge import Layer, flatten
from hexai.config.narrowing.narrow import Source
from hexai.config.problems import LISTED, KeyPath, Problem, dotted, listed_some
from hexai.config.schema import Settings
from hexai.text.sanitise import mend

NAME = "editor settings"
_RESTRICTING = {"use", "local_only", "ignore"}


class EditorSettings(Struct, frozen=True, kw_only=True):
    """The well-formed part of what the editor sent, and what is wrong with the rest."""

    layer: Layer
    problems: tuple[Problem, ...] = ()

    @property
    def source(self) -> Source:
        """What they may take away."""
        lost = any(p.path[:1] and p.path[0] in _RESTRICTING for p in self.problems)
        unknown = "they have problems, so what they forbid is not known"
        return Source(
            name=NAME, values=self.layer.values, unknown=unknown if lost else ""
        )

    def tell(self, held: Sequence[KeyPath]) -> tuple[str, ...]:
        """Say what is wrong with them, and what in them is ignored."""
        told = [
            self.layer.told(replace(problem, value=""))
            for problem in self.problems[:LISTED]
        ]
        if (more := len(self.problems) - LISTED) > 0:
            told.append(f"{NAME}: {more} more problems like these")
        if held:
            keys = listed_some([dotted(path) for path in held])
            told.append(
                f"{NAME}: ignored, as they can only narrow; "
                f"write it to your own file: {keys}"
            )
        return tuple(told)


def read_editor_settings(data: Mapping[str, object]) -> EditorSettings:
    """Read what an editor sent under `hexai`; plain data of any shape."""
    layer = Layer(kind="editor", name=NAME, values={})
    if is_too_deep(dict(data)):
        problem = Problem(path=("use",), message="settings are nested too deeply")
        return EditorSettings(layer=layer, problems=(problem,))
    cleaned = _cleaned(data)
    assert isinstance(cleaned, dict)
    decoded = decode(cleaned)
    problems = () if isinstance(decoded, Settings) else decoded
    values = flatten(prune(cleaned, [problem.path for problem in problems]))
    return EditorSettings(layer=replace(layer, values=values), problems=problems)


def _cleaned(value: object) -> object:
    """Leave out nulls, by which editors say that a setting is not set.

    What JSON can carry and text cannot is replaced.
    """
    if isinstance(value, Mapping):
        pairs = ((mend(str(key)), inner) for key, inner in value.items())
        return {key: _cleaned(inner) for key, inner in pairs if inner is not None}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return mend(value) if isinstance(value, str) else value
