"""Rows of the operation tests: the chapter ops/trigonometry.py."""

from rows.kinds import unary

ROWS = (unary("sin"), unary("cos"), unary("tan", domains=((-1.2, 1.2),)))
