"""The colours of charts are told apart, whatever somebody sees of colours."""

import re
from collections.abc import Sequence
from importlib.resources import files
from itertools import combinations
from math import dist

import pytest

from hexai.report.theme import MOST_SERIES, ON_PAPER

Colour = tuple[float, ...]

# What is seen of linear red, green and blue where one kind of cones is missing
# (Machado, Oliveira and Fernandes 2009, full severity).
SEEN = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "without green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "without blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
CLEARLY = 20.0
"""A distance in CIELAB; 2 is the least that anybody sees side by side."""


def themes() -> dict[str, tuple[str, list[str]]]:
    """Read ground and series of the page, light and dark, and of pictures."""
    css = files("hexai.report").joinpath("page.css").read_text("utf-8")
    papers = re.findall(r"--paper: (#\w{6})", css)
    series = re.findall(r"--series-\d: (#\w{6})", css)
    apart = [series[i : i + MOST_SERIES] for i in range(0, len(series), MOST_SERIES)]
    names = ("light", "dark", "print")
    found = dict(zip(names, zip(papers, apart, strict=True), strict=True))
    return {**found, "picture": (ON_PAPER.background or "", [*ON_PAPER.series])}


def linear(colour: str) -> Colour:
    """Give linear red, green and blue, from 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return tuple(
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    )


def times(matrix: Sequence[Sequence[float]], colour: Colour) -> Colour:
    """Multiply; what no screen can show is cut off."""
    sums = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return tuple(min(1.0, max(0.0, each)) for each in sums)


def lab(colour: Colour) -> Colour:
    """Give a place in CIELAB, in which distances are as they are seen."""
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in map(lambda a, b: a / b, times(TO_XYZ, colour), white)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("theme", ["light", "dark", "print", "picture"])
@pytest.mark.parametrize("eyes", SEEN)
def test_any_two_series_are_told_apart(theme: str, eyes: str) -> None:
    """With all cones, and without those for red, green or blue."""
    _, series = themes()[theme]
    seen = {colour: lab(times(SEEN[eyes], linear(colour))) for colour in series}
    pairs = combinations(series, 2)
    near = [(a, b) for a, b in pairs if dist(seen[a], seen[b]) < CLEARLY]

    assert near == []


@pytest.mark.parametrize("theme", ["light", "dark", "print", "picture"])
def test_each_stands_out_from_its_ground(theme: str) -> None:
    """By 3 to 1, as WCAG asks of what is no text."""
    paper, series = themes()[theme]
    ground = times(TO_XYZ, linear(paper))[1] + 0.05
    lights = {each: times(TO_XYZ, linear(each))[1] + 0.05 for each in series}

    assert [
        each
        for each, light in lights.items()
        if max(light, ground) / min(light, ground) < 3
    ] == []
