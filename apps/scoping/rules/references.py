"""How one speaks of a success criterion. Pure."""

import re

REFERENCE = re.compile(r"C-([1-9][0-9]{0,8})")  # of a success criterion, such as C-2
