"""Changing annotations without losing any: carrying them to an edited text, comparing, merging and adjudicating sets.

Everything here is pure: sets and texts in, sets and what is to be said of them out. ``tokens``, ``anchors`` and ``alignment``
find what became of a text; ``matching`` finds which annotation of one set is which of another.
"""
