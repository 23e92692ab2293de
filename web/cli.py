"""The `unmentoring` command. Errors end with one line on standard error and exit code 2.

Loading our code takes seconds, so each command is loaded only when it is asked for, and help loads none.
"""

import os
import signal
from pkgutil import resolve_name
from types import FrameType
from typing import Any

import click
from typing_extensions import override

from web import loading

COMMANDS = {
    "serve": (
        "web.commands.serve:command",
        "Serve the pages and, unless told otherwise, do the background work.",
    ),
    "worker": ("web.commands.worker:command", "Answer forms and send messages."),
    "watch": (
        "web.commands.watch:command",
        "Look each minute whether all is well, and tell ALERT_WEBHOOK where it is not.",
    ),
    "demo": (
        "web.commands.demo:command",
        "A programme of 41 people to look at, with everything in it; serves it and prints the links.",
    ),
    "doctor": (
        "web.commands.doctor:command",
        "Look at all that this installation stands on: a line each, and exit code 1 where there is trouble.",
    ),
    "webhooks": ("web.commands.webhooks:command", "Print the addresses to enter at the chosen providers."),
    "db": ("web.commands.db:command", "The database."),
    "programme": ("web.commands.programme:command", "Programmes."),
    "organiser": ("web.commands.organiser:command", "Organisers."),
    "operator": ("web.commands.operator:command", "Who looks after the whole installation."),
    "people": ("web.commands.people:command", "Participants."),
    "history": ("web.commands.history:command", "Who met whom before this service."),
    "round": ("web.commands.round:command", "Rounds."),
    "schedule": ("web.commands.schedule:command", "When rounds begin by themselves."),
    "agreements": ("web.commands.agreements:command", "What people agreed."),
    "outbox": ("web.commands.outbox:command", "Messages."),
    "audit": ("web.commands.audit:command", "Who did what when."),
    "draw": (
        "matcher.cli:draw",
        "Draw a round for the people of a spreadsheet, or INPUT.json's round again.",
    ),
    "check": ("matcher.cli:check", "Check a round and its proof against the files it was drawn from."),
    "generate": (
        "matcher.cli:generate",
        "Write a made-up community: people.csv, history.csv and never.csv.",
    ),
}
"""Where each command is, and its line of help, which is the first of its docstring."""
UNTIL_STOPPED = ("serve", "worker", "watch")


class Commands(click.Group):
    """Loads a command when it is asked for, and turns what can go wrong into one line and exit code 2."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in UNTIL_STOPPED:
            signal.signal(signal.SIGTERM, _end)
        return super().resolve_command(ctx, args)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        with loading.all_to_stay():
            found = resolve_name(COMMANDS[cmd_name][0])
        assert isinstance(found, click.Command)  # noqa: S101
        return found

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise  # they say it themselves, and to `head` there is nothing more to say
        except Exception as error:
            # It loads whatever can go wrong, which only a command in trouble need wait for.
            from web.commands.errors import sentence

            if (text := sentence(error)) is None:
                raise
            click.echo(f"unmentoring: {' '.join(text.split())}", err=True)
            raise SystemExit(2) from error


@click.group(cls=Commands)
@click.version_option(package_name="unmentoring")
def main() -> None:
    """Introduce people who would not otherwise meet."""
    os.umask(0o077)  # databases, queues and backups hold addresses: they are nobody else's to read


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Told to stop before it can listen: nothing is in its hands, and being told is no failure."""
    os._exit(0)


if __name__ == "__main__":
    main()
