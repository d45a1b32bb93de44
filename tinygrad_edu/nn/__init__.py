"""Layers, activations and losses, with torch.nn's names."""
