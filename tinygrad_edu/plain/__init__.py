"""Functions of tensors that have no gradient: a module for each kind."""
