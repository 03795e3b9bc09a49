"""HTML of the sandbox: templates, one style sheet, and the few lines that render them."""
