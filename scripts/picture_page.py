"""Draws the beginning of a page in Chromium: `picture_page PAGE IMAGE`."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_WIDTH, _HEIGHT = 1100, 1080
_CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Open the page, choose a surface and a language, and take a picture."""
    page, image = map(Path, sys.argv[1:])
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox"]
        )
        shown = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        shown.goto(page.resolve().as_uri())
        shown.select_option("#surface", "completion")
        shown.screenshot(path=image)
        browser.close()


if __name__ == "__main__":
    main()
