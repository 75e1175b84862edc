"""How far annotators agree, over a corpus.

Which documents count, what is said of each layer, how sure that is, and where to
look.

Three steps, which know no files and may run anywhere: :func:`~postil.agreement.contribution.contribution` is what one document
adds, a :class:`~postil.agreement.tally.Tally` adds up, and its :class:`~postil.agreement.report.Report` is what is shown.
"""
