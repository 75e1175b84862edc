"""LAB: layers, labels and attributes against the scheme."""
