"""Reading a dataset back: an export of a corpus into the corpus it was, any other by what its columns are."""
