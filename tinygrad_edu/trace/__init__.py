"""What one can do with a recorded graph; `graph.read` turns one into plain lists."""
