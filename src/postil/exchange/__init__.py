"""Exchange with other people's formats: what every format shares, so that a format is one module.

Coming in: a reader of :mod:`postil.formats` gives :mod:`drafts <postil.exchange.drafts>` of documents as the files hold them;
``offsets`` brings them to code points and verifies each span against the text that the file repeats; ``intake`` brings
texts and ids to the corpus's form; ``proposal`` says what scheme was found, ``scheme_text`` writes it; ``receiving_corpus``
says what of it the corpus takes, into a ``stage`` beside it; ``import_`` tells all of that in order, and puts it in place, or
nothing.

Going out: ``export`` takes the documents of a corpus without errors, ``features`` reduces each to what the format can hold
and counts what that costs, and only then a writer sees it. So no writer has to drop anything, and the report of what is lost
comes from the declaration.
"""
