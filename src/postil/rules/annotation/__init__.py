"""ANN: the set's file: syntax, header, ids, form."""
