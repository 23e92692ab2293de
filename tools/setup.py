"""Make `.venv/` in the root of the repository: locked parts, ourselves, and the built look.

    python3 tools/setup.py           what it takes to run
    python3 tools/setup.py --all     and what it takes to test

Run by any Python we support, before anything is installed: only the standard library here. Each step leaves
a stamp with the digest of what it was made from and is passed over while that has not changed.

uv installs in seconds what takes pip more than a minute, so pip installs uv and uv the rest. Where uv cannot
be had, or cannot reach the index the way pip can, pip does it all.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"

# pip's setting and uv's name for it: whoever told pip where packages come from need not tell us again.
SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def main(arguments: Sequence[str]) -> None:
    make_venv()
    step("runtime", ["requirements.lock"], lambda: install("requirements.lock"))
    if "--all" in arguments:
        step("dev", ["requirements-dev.lock"], lambda: install("requirements-dev.lock"))
    step("node", ["requirements-node.lock"], install_node_where_missing)
    step("ourselves", ["pyproject.toml", "hatch_build.py"], install_ourselves)
    run(PYTHON, "hatch_build.py")
    step("bytecode", ["requirements.lock", *sources()], lambda: run(PYTHON, "-m", "tools.compile"))


def sources() -> Iterator[str]:
    for folder in ("matcher", "notifications", "web"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".html", ".j2"):
                yield str(file.relative_to(ROOT))


def make_venv() -> None:
    version = "{}.{}".format(*sys.version_info)
    if works(PYTHON, "-c", f"import sys, pip; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"):
        return
    say(f"making .venv with Python {version}")
    take_away(VENV)
    if not works(sys.executable, "-c", "import ensurepip"):
        install_ensurepip(version)
    run(sys.executable, "-m", "venv", VENV)


def take_away(folder: Path) -> None:
    """All of it, stamps too: else the parts of another Python are taken for ours. Of a link only the link."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def install_ensurepip(version: str) -> None:
    """Debian keeps `ensurepip` in a package of its own."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", f"python{version}-venv"]
    if not shutil.which("apt-get") or os.geteuid() != 0:
        sys.exit(f"This Python has no ensurepip. Install it and try again: sudo {' '.join(command)}")
    say(" ".join(command))
    run("apt-get", "update", "--quiet", "--quiet")
    run(*command)


def step(name: str, inputs: Iterable[str], action: Callable[[], None]) -> None:
    stamp = STAMPS / name
    digest = hashlib.sha256(b"\0".join((ROOT / path).read_bytes() for path in inputs)).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    say(name)
    action()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(digest)


def install(lock: str, *more: str) -> None:
    with_uv("--require-hashes", "--no-deps", "--requirement", lock, *more)


def install_ourselves() -> None:
    with_uv("--no-deps", "--no-build-isolation", "--editable", ".")


def install_node_where_missing() -> None:
    """npm builds the look; where the machine has none, a wheel brings it, apart from what runs."""
    if not works(PYTHON, "hatch_build.py", "--has-npm"):
        install("requirements-node.lock", "--target", str(VENV / "node"))


def with_uv(*arguments: str) -> None:
    uv: list[str | Path] = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode"]
    uv += ["--python", PYTHON]
    if not (have_uv() and works(*uv, *arguments, env=index_settings())):
        say("without uv, this takes a minute or two")
        run(PYTHON, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", *arguments)


def have_uv() -> bool:
    if works(PYTHON, "-m", "uv", "--version"):
        return True
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
    ]
    return works(*pip, "--require-hashes", "--requirement", "requirements-uv.lock")


def index_settings() -> dict[str, str]:
    listing = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    settings = {}
    for line in listing.stdout.splitlines():
        name, _, value = line.partition("=")
        uv_name = SETTINGS.get(name.rpartition(".")[2])
        if uv_name:
            settings[uv_name] = " ".join(value.strip("'").replace("\\n", " ").split())
    # Every part is pinned by its hash, so it does not matter which index answers.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **settings, **os.environ}


def works(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"setup stopped at: {' '.join(map(str, command))}")


def say(words: str) -> None:
    print(f"setup: {words}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
