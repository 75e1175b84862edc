"""Side files for trainers that read no Parquet: GLiNER, spaCy, and whatever reads columns of tokens and tags.

They are written by the formats of those names, from one annotator's sets, in a pass of their own over the corpus. Where a trainer
learns from short texts, a document is handed to it sentence by sentence.
"""
