"""What holds for all tests, whichever are chosen.

They iterate the operation table, so every chapter enters it; and nothing in them is timed.
"""

from hypothesis import settings

from tinygrad_edu import later

later.load_all()
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

collect_ignore_glob = ["scripts/*"]
"""They are programs, which test_scripts.py runs: importing one would run it, too."""
