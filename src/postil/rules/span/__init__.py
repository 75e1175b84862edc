"""SPN: where spans are, and how they lie to each other."""
