"""Say how many tests of each kind ran, and with `--none-skipped` refuse a run that left some out."""

import re
from collections import Counter

import pytest

ON_POSTGRESQL = re.compile(r"\[.*\bpostgresql\b.*\]|postgres")
ON_SQLITE = re.compile(r"\[.*\bsqlite\b.*\]")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--none-skipped", action="store_true", help="fail when a test was skipped")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    ran = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    if not ran or config.option.verbose < 0:
        return
    terminalreporter.section("what ran")
    for kind, count in sorted(counts(report.nodeid for report in ran).items()):
        terminalreporter.write_line(f"{count:6,}  {kind}")
    skipped = terminalreporter.getreports("skipped")
    terminalreporter.write_line(f"{len(skipped):6,}  skipped")


def counts(nodeids) -> Counter[str]:
    """Per folder of tests/, and once more per database where a test names one."""
    kinds: Counter[str] = Counter()
    for nodeid in nodeids:
        kinds[nodeid.split("/")[1] if nodeid.count("/") > 1 else "tests"] += 1
        kinds["… on SQLite"] += bool(ON_SQLITE.search(nodeid))
        kinds["… on PostgreSQL"] += bool(ON_POSTGRESQL.search(nodeid))
    return +kinds


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not (session.config.option.none_skipped and reporter):
        return
    if session.exitstatus == pytest.ExitCode.OK and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
