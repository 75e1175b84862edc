"""REL: what relations tie together."""
