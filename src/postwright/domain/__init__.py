"""Pure values and rules of publishing; no input or output."""
