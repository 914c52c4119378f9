"""Lets `python3 tests/servers/misbehave` work from anywhere."""

import sys
from pathlib import Path

# Running a folder puts the folder itself on the path; its modules need the one above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from misbehave.server import main  # noqa: E402

main()
