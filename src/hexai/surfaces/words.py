"""What surfaces write alike: a letter for who is nameless, a sum of money; pure."""

from decimal import Decimal


def letter(position: int) -> str:
    """Name a position: A to Z, then A1 and so on."""
    round_, place = divmod(position, 26)
    return chr(ord("A") + place) + (str(round_) if round_ else "")


def usd(cost: Decimal | None, *, estimated: bool = False) -> str:
    """Write a price: four decimals, more for small ones, `?` where it is unknown."""
    if cost is None:
        return "?"
    if cost == 0:
        return "$0"
    text = f"{cost:.4f}" if cost >= Decimal("0.001") else f"{cost:.2g}"
    return f"{'~' if estimated else ''}${Decimal(text):f}"
