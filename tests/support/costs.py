"""With `--costs`: what files, fixtures and tests take in seconds of processor. `make costs` asks for it.

On a machine with much else to do a clock tells little. Processes that a test waits for count with it; a
database's server does not.
"""

import resource
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

MOST = 25  # lines of each table
PROCESSOR, FIXTURE = "processor", "fixture "
Wrapped = Generator[None, Any, Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", action="store_true", help="print what takes most processor")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.costs:
        config.pluginmanager.register(Costs(), "costs")


def spent() -> float:
    """Seconds of processor of this process and of those that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@dataclass(eq=False)  # pluggy keeps plugins in sets
class Costs:
    """Where tests run it measures, and sends what it finds along with their reports; where the reports come
    together it adds them up.
    """

    since: float = field(default_factory=spent)
    fixtures: Counter[str] = field(default_factory=Counter)
    by_file: Counter[str] = field(default_factory=Counter)
    by_fixture: Counter[str] = field(default_factory=Counter)
    by_test: Counter[str] = field(default_factory=Counter)

    def pytest_collection_finish(self) -> None:
        self.since = spent()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Wrapped:
        before = spent()
        try:
            return (yield)
        finally:
            self.fixtures[fixturedef.argname] += spent() - before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Wrapped:
        report = yield
        now = spent()
        report.user_properties += [(PROCESSOR, now - self.since)]
        report.user_properties += [(FIXTURE + name, taken) for name, taken in self.fixtures.items()]
        self.since, self.fixtures = now, Counter()
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, taken in report.user_properties:
            if name == PROCESSOR:
                self.by_test[report.nodeid] += taken  # type: ignore[assignment]
                self.by_file[report.nodeid.partition("::")[0]] += taken  # type: ignore[assignment]
            elif name.startswith(FIXTURE):
                self.by_fixture[name.removeprefix(FIXTURE)] += taken  # type: ignore[assignment]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        whole = sum(self.by_file.values())
        terminalreporter.section(f"{whole:,.0f} seconds of processor")
        for title, table in (
            ("files", self.by_file),
            ("fixtures, within them", self.by_fixture),
            ("tests", self.by_test),
        ):
            terminalreporter.write_line(f"{title}:")
            for name, taken in table.most_common(MOST):
                terminalreporter.write_line(f"{taken:9.1f}  {name}")
