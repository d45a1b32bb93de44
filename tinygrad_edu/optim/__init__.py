"""Optimizers, with torch.optim's names."""
