"""Tests iterate the operation table: here every chapter enters it, whichever tests are chosen."""

from tinygrad_edu import later

later.load_all()
