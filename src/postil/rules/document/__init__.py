"""DOC: metadata, rights, and files that belong to no document."""
