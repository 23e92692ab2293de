"""One module for each provider, behind the port in `base`. Only these import a provider's own client."""
