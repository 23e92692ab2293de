"""`unmentoring webhooks`: where the providers call us."""

import click

from web import providers
from web.settings import Settings
from web.tokens import signer_of


@click.command("webhooks")
def command() -> None:
    """Print the addresses to enter at the chosen providers."""
    settings = Settings.from_env()
    found = providers.callback_addresses(settings, signer_of(settings))
    for where, address in found:
        click.echo(f"{where}: {address}")
    if not found:
        click.echo("None: the chosen providers tell us nothing.")
