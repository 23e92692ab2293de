"""`unmentoring worker`: the background work alone."""

import os
import signal
import threading

import click

from web import background, logs
from web.settings import Settings, misspelt

STDIN = 0


@click.command("worker")
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1, 32))
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when standard input ends.")
@click.option("--quiet", is_flag=True, hidden=True, help="Log trouble alone.")
def command(threads: int, with_parent: bool, quiet: bool) -> None:
    """Answer forms and send messages."""
    logs.configure(logs.WARNINGS if quiet else logs.INFORMATION)
    if with_parent:  # who starts it has told of them
        _stop_at_end_of_input()
    else:
        logs.tell_of_misspelt(misspelt())
    background.run(Settings.from_env(), threads)


def _stop_at_end_of_input() -> None:
    """Stop as if told to when the process that started us is gone, however it went."""

    def watch() -> None:
        # Not sys.stdin: a thread that holds its lock at exit makes Python abort.
        while os.read(STDIN, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
