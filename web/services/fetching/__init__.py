"""The one place that opens an address which a stranger gave. Only a process of its own does, for seconds."""
