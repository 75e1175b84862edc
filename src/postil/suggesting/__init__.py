"""Suggesting annotations: sets of a model, for a person to accept or reject.

``table``
    what pipelines call the labels of the scheme
``pipelines``
    what a spaCy pipeline, or a file of patterns, finds
``propagation``
    mentions that are labelled elsewhere in the corpus
``drafts``
    what was found, as a set: with ids of its own, and nothing in it that no span may be
``writing``
    sets on the disk; never in the place of a person's
"""
