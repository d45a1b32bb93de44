"""Lets the tests of this folder import the tables that all of them share: `from cases import ROWS`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
