"""Tests iterate the operation table: here every chapter enters it, whichever tests are chosen."""

from tinygrad_edu import later

later.load_all()

collect_ignore_glob = ["scripts/*"]
"""They are programs, which test_scripts.py runs: importing one would run it, too."""
