"""Annotations as tables, a row for each: what the formats csv and tsv share."""
