"""The files of docs/deploy: what can be known of them without the programs that read them.

`tools/deploying.py` hands them to those programs, where this machine has them.
"""

import json
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from web.commands.serving import PATIENCE
from web.settings import Settings

FOLDER = Path("docs/deploy")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
EXAMPLE = (FOLDER / "settings.env.example").read_text()
# The schema of the Compose Specification, Apache License 2.0, as its authors publish it.
LASTING = [unit for unit in sorted(FOLDER.glob("*.service")) if "backup" not in unit.name]
SCHEMA = Path("tests/support/compose-spec.json")
UNITS = sorted(FOLDER.glob("*.service"))
OURS = [name for name, service in COMPOSE["services"].items() if service.get("image") == "unmentoring"]
A_LINE = re.compile(r"#?([A-Z_]+)='[^']*'")
README = (FOLDER / "README.md").read_text()
NGINX = (FOLDER / "nginx.conf").read_text()
A_SERVER = re.compile(r"^server \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)


def settings_lines() -> list[str]:
    return [line for line in EXAMPLE.splitlines() if line and not line.startswith("# ")]


def given(text: str) -> dict[str, str]:
    """The settings of such a file, as systemd, Docker and a shell read it."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(word.split("=", 1) for line in lines for word in shlex.split(line))


def directives(unit: Path) -> Iterator[tuple[str, str]]:
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield name, value


def test_the_compose_file_is_one() -> None:
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(COMPOSE)


def test_each_setting_has_its_line_in_the_example() -> None:
    named = [match.group(1).lower() for line in settings_lines() if (match := A_LINE.fullmatch(line))]
    assert sorted(named) == sorted(Settings.model_fields)


def test_each_line_of_the_example_reads_the_same_everywhere() -> None:
    assert [line for line in settings_lines() if not A_LINE.fullmatch(line)] == []


def test_the_example_filled_in_starts() -> None:
    filled = EXAMPLE.replace("KEY=''", f"KEY='{'k' * 64}'")
    assert Settings.from_env(given(filled)).email_provider == "smtp"


@pytest.mark.parametrize("service", OURS)
def test_each_container_of_ours_has_every_setting(service: str) -> None:
    assert COMPOSE["services"][service]["env_file"] == "settings.env"


@pytest.mark.parametrize("service", OURS)
def test_what_a_container_is_told_by_file_it_is_given(service: str) -> None:
    told = COMPOSE["services"][service]
    files = {Path(value).name for name, value in told["environment"].items() if name.endswith("_FILE")}
    assert files == set(told["secrets"]) & set(COMPOSE["secrets"])


@pytest.mark.parametrize("service", ["web", "worker"])
def test_what_serves_waits_for_the_tables(service: str) -> None:
    waits = COMPOSE["services"][service]["depends_on"]
    assert waits["upgrade"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_what_a_container_says_does_not_fill_the_disk(service: str) -> None:
    logging = COMPOSE["services"][service]["logging"]
    assert (logging["driver"], set(logging["options"])) == ("local", {"max-size", "max-file"})


def test_the_image_brings_the_database_s_own_programs() -> None:
    version = COMPOSE["services"]["database"]["image"].partition(":")[2]
    assert f"postgresql-client-{version}" in (FOLDER / "Dockerfile").read_text()


def test_the_secrets_belong_to_the_image_s_user() -> None:
    (number,) = re.findall(r"--uid (\d+)", (FOLDER / "Dockerfile").read_text())
    assert f"chown --recursive {number}:{number} secrets backups" in README


def test_only_what_is_named_goes_into_the_image() -> None:
    lines = [line for line in Path(".dockerignore").read_text().splitlines() if not line.startswith("#")]
    named = [line for line in lines if line.startswith("!")]
    assert (lines[0], [line for line in named if not Path(line[1:]).exists()]) == ("*", [])


def test_all_that_setup_reads_and_runs_goes_into_the_image() -> None:
    setup = Path("tools/setup.py").read_text()
    files = set(re.findall(r'"([\w.-]+\.(?:lock|toml|py))"', setup)) - {"requirements-dev.lock"}
    files |= {f"tools/{module}.py" for module in re.findall(r'"tools\.(\w+)"', setup)}
    assert [file for file in files if f"!{file}" not in Path(".dockerignore").read_text().splitlines()] == []


@pytest.mark.parametrize("secret", [".git", "var", "docs", "docs/deploy", "tests", ".venv"])
def test_no_secret_and_no_history_goes_into_the_image(secret: str) -> None:
    assert f"!{secret}" not in Path(".dockerignore").read_text().splitlines()


@pytest.mark.parametrize("unit", LASTING, ids=lambda unit: unit.name)
def test_a_unit_is_never_given_up(unit: Path) -> None:
    said = dict(directives(unit))
    assert (said["StartLimitIntervalSec"], said["Restart"]) == ("0", "always")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_needs_no_folder_that_it_does_not_make(unit: Path) -> None:
    said = dict(directives(unit))
    assert ("ReadWritePaths" in said, said["StateDirectory"].split()[0]) == (False, "unmentoring")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_waits_for_the_right_time_where_a_machine_does(unit: Path) -> None:
    """An hour ahead is a letter too early, and a year ahead every backup too old to be kept."""
    assert "time-sync.target" in dict(directives(unit))["After"].split()


def test_how_a_machine_waits_for_the_right_time_is_said() -> None:
    assert "systemctl enable systemd-time-wait-sync" in README


def test_nothing_runs_while_a_new_version_is_laid_beneath_it() -> None:
    """A process reads templates when it first needs them: it would fill those of one version from another."""
    upgrading = README.partition("## Upgrading, and going back")[2].partition("\n## ")[0]
    steps = "systemctl stop|unmentoring-backup|git checkout|make ready|systemctl start unmentoring-web".split(
        "|"
    )
    places = [upgrading.find(step) for step in steps]
    assert (-1 in places, places) == (False, sorted(places))


def test_a_certificate_can_be_renewed_behind_the_proxy() -> None:
    """Its proof is asked for by http. A redirect to https would lead to us, who know nothing of it."""
    (folder,) = re.findall(r"certonly --webroot --webroot-path (\S+)", README)
    by_http = A_SERVER.findall(NGINX)[0]
    assert f"location /.well-known/acme-challenge/ {{\n        root {folder};\n" in by_http
    assert "return" in by_http.partition("location / {")[2]


def test_the_proxy_takes_each_new_certificate() -> None:
    """Certbot keeps a hook with the certificate that it is given for; a `renew` of nothing keeps none."""
    (made,) = re.findall(r"certbot certonly .*", README)
    assert '--deploy-hook "systemctl reload nginx"' in made


@pytest.mark.parametrize("server", A_SERVER.findall(NGINX), ids=["http", "https"])
def test_nginx_writes_no_address_down(server: str) -> None:
    """An error while the service is away is written with the request, at the level `error` or `crit`."""
    said = {line.strip() for line in server.splitlines()}
    assert {"access_log off;", "error_log /var/log/nginx/error.log emerg;"} <= said


def test_a_proxy_lets_go_of_a_connection_before_we_do() -> None:
    """Else what it sends just then is lost, and a form is not sent again: 502."""
    ours = min(runpy.run_path("gunicorn.conf.py")["keepalive"], PATIENCE["channel_timeout"])
    by_nginx = re.findall(r"^upstream .*?keepalive_timeout (\d+)s;", NGINX, re.DOTALL | re.MULTILINE)
    by_caddy = re.findall(r"transport http \{\s+keepalive (\d+)s\n", (FOLDER / "Caddyfile").read_text())
    assert [int(seconds) < ours for seconds in (*by_nginx, *by_caddy)] == [True, True]


def test_caddy_writes_no_address_down() -> None:
    """Without a word of `log` it still writes its errors, each with the request."""
    said = (FOLDER / "Caddyfile").read_text()
    assert "log default {\n\t\texclude http.log.error http.handlers.reverse_proxy\n" in said


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.iterdir()))
def test_every_file_is_told_of(file: str) -> None:
    family = re.sub(r"^.*(\.service|\.timer)$", r"docs/deploy/*\1", file)
    assert file in README or family in README or file == "README.md"
