"""How long ago something was, as people say it; pure."""


def ago(seconds: float) -> str:
    """Say it in the largest unit that fits: `12 s ago`, `3 min ago`, `2 h ago`."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"
