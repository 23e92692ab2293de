"""Where Chromium is. `python -m tests.support.chromium` installs it where it may and otherwise says how.

Debian's own package is used, or any Chromium or Chrome there is; `CHROMIUM=/path/to/it` chooses another.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_A_MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
APT = ("apt-get", "install", "--yes", "--no-install-recommends", "chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
)


def find() -> str | None:
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    installed = [shutil.which(name) for name in (*NAMES, *ON_A_MAC)]
    return next(filter(None, installed), None) or of_playwright()


def of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """By apt, where this user may; elsewhere the run stops here with the one command that helps."""
    may = not os.environ.get("CHROMIUM") and shutil.which("apt-get") and os.geteuid() == 0
    if may:
        print(" ".join(APT), flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        if subprocess.run(APT, stdout=subprocess.DEVNULL, check=False).returncode == 0:
            return
    sys.exit(f"The browser tests need Chromium. Run this once, then `make test` again:\n\n    {advice()}\n")


def advice() -> str:
    if os.environ.get("CHROMIUM"):
        return f"unset CHROMIUM    (there is no {os.environ['CHROMIUM']})"
    if shutil.which("apt-get"):
        return "sudo apt-get install --yes chromium"
    return ".venv/bin/python -m playwright install chromium"


if __name__ == "__main__":
    if not find():
        install()
