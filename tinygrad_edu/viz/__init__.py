"""Pictures of recorded graphs and of training."""
