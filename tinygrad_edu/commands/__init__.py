"""The commands of `tinygrad-edu`, one file for each; `tinygrad_edu.cli` puts them together."""
