"""Tables in Parquet: what columns there may be, how they grow from documents, how they become files."""
