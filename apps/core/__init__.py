"""What every app stands on: base models, errors, htmx helpers, template tags."""
