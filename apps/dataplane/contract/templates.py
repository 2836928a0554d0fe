"""Where a prompt names a field: `{{ name }}`, plain substitution and nothing else."""

import re

PATTERN = re.compile(r"\{\{([^{}]*)\}\}")  # group 1: the name with the space around it


def placeholders(text: str) -> list[tuple[str, int]]:
    """(name, offset of its first brace) of each placeholder in order; the name is "" for `{{ }}`."""
    return [(found[1].strip(), found.start()) for found in PATTERN.finditer(text)]
