"""A stand-in for the platforms over real HTTP, as strict as they are. It shares no rule with the adapters."""
