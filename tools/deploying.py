"""Have the programs that read docs/deploy look at it: `.venv/bin/python -m tools.deploying`.

Nothing is started. A program that this machine lacks is left out, and that is said.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.support.proxy import certificate

FOLDER = Path("docs/deploy")
CERTIFICATE = re.compile(r"/etc/letsencrypt/\S+\.pem")
LISTENS = re.compile(r"(listen (?:\[::\]:)?)(80|443)\b")
OUR_PROGRAMS = re.compile(r"/srv/unmentoring/\.venv/bin/\w+")


def main() -> int:
    checks: dict[str, Callable[[str, Path], None]] = {
        "systemd-analyze": look_at_units,
        "nginx": look_at_nginx,
        "caddy": look_at_caddy,
        "docker": look_at_compose,
    }
    return sum(look(program, check) for program, check in checks.items())


def look(program: str, check: Callable[[str, Path], None]) -> int:
    found = shutil.which(program)
    if found is None:
        print(f"{program}: left out, it is not on this machine")
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            check(found, Path(folder))
    except LeftOut as why:
        print(f"{program}: left out, {why}")
    except subprocess.CalledProcessError as error:
        print(f"{program}: {error.stdout.strip()}", file=sys.stderr)
        return 1
    else:
        print(f"{program}: well")
    return 0


class LeftOut(Exception):
    pass


def look_at_units(program: str, folder: Path) -> None:
    """The programs they start stand where they are installed, so others stand in their place."""
    units = [*FOLDER.glob("*.service"), *FOLDER.glob("*.timer")]
    for unit in units:
        (folder / unit.name).write_text(OUR_PROGRAMS.sub("/bin/true", unit.read_text()))
    run(program, "verify", "--man=no", *(str(folder / unit.name) for unit in units))


def look_at_nginx(program: str, folder: Path) -> None:
    """It looks at the certificate too, and at a log and ports that only root may have."""
    pem = certificate(folder, "unmentoring.example.org")
    ours = CERTIFICATE.sub(str(pem), (FOLDER / "nginx.conf").read_text())
    ours = ours.replace("/var/log/nginx", str(folder))
    ours = LISTENS.sub(r"\g<1>18\2", ours)
    whole = folder / "nginx.conf"
    whole.write_text(f"pid {folder}/pid; error_log stderr; events {{}} http {{ {ours} }}")
    run(program, "-t", "-q", "-p", str(folder), "-c", str(whole))


def look_at_caddy(program: str, _folder: Path) -> None:
    said = run(program, "version").lstrip("v").split(".")
    if [int(part) for part in said[:2]] < [2, 7]:
        raise LeftOut(f"it is {'.'.join(said[:2])}, and the file is for 2.7 or newer")
    run(program, "adapt", "--adapter", "caddyfile", "--config", str(FOLDER / "Caddyfile"))


def look_at_compose(program: str, folder: Path) -> None:
    if subprocess.run([program, "compose", "version"], capture_output=True, check=False).returncode:
        raise LeftOut("it has no compose; its schema is in tests/house")
    shutil.copy(FOLDER / "settings.env.example", folder / "settings.env")
    shutil.copy(FOLDER / "compose.yaml", folder)
    run(program, "compose", "--file", str(folder / "compose.yaml"), "config", "--quiet")


def run(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
