"""``python -m vidgist``: the command, where its script is not on the path."""

import sys

from vidgist.cli import main

if __name__ == "__main__":
    sys.exit(main())
