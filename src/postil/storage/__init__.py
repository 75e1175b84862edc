"""Bytes to model and back: the corpus on a disk, format version 1.

``directory`` knows where files are; ``set_file``, ``toml_file`` and ``text_file`` know what is in them. Faults in a file are
values (:class:`postil.storage.faults.Fault`), so that one bad line never hides another.
"""
