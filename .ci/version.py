"""Print the version, which stands in src/vidgist/__init__.py and nowhere else."""

import re
from pathlib import Path

text = (Path(__file__).parent.parent / "src/vidgist/__init__.py").read_text(encoding="utf-8")
match = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
assert match is not None
print(match[1])
