"""COR: what only several documents, or several annotators, show together."""
