"""Names of models that say where a file lies, and so who its user is; pure.

Servers call a model by what they were started with: vLLM, SGLang and mlx_lm by a
folder, llama.cpp by a file, whole paths. A vendor's name may hold slashes as well
(`accounts/fireworks/models/x`), so what is taken for a path begins like one, or ends
like a file of weights.
"""

import re

_FILE = r"\.(?:gguf|ggml|llamafile|safetensors|bin|onnx|pth?)"
_ROOT = r"(?:(?:file:/{0,2})?~?/(?!/)|\.{1,2}[\\/]|[A-Za-z]:[\\/]|\\\\)"
_PATH = re.compile(rf"{_ROOT}|.*\\|.*{_FILE}$", re.DOTALL | re.IGNORECASE)
_PART = r"[^\\/:]{0,255}"  # as long as a disk takes it: a text may hold many words
_FOLDER = re.compile(
    r"(?:^|(?<=[:\s(]))"
    rf"(?:{_ROOT}(?:{_PART}[\\/])*(?=[^\\/:\s])"
    rf"|(?:{_PART}[\\/])+(?=[^\\/]{{1,255}}{_FILE}\b))",
    re.IGNORECASE,
)


def is_file(model: str) -> bool:
    """Tell whether a model is called by a file or a folder of somebody's disk."""
    return _PATH.match(model) is not None


def without_folder(name: str) -> str:
    """Leave out of a name, or of words with names in them, where files lie."""
    return _FOLDER.sub("", name)
