"""``python -m vidgist`` is the command ``vidgist``."""

import sys

from vidgist.cli import main

if __name__ == "__main__":
    sys.exit(main())
