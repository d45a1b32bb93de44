"""Lets the tests of this folder import what all tests share: `from cases import ROWS`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
