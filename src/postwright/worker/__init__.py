"""The door that time knocks on: publishes what is due and does the periodic work."""
