"""The screens of ``postil annotate``, on Textual: they draw a session's state and dispatch to its actions, and do nothing else.

``wrapping``, ``drawing``, ``layout``
    characters in cells and rows; how a line looks; a text with its spans as lines, and back from a place on the screen to an
    offset: no terminal in them
``palette``
    what a look is in colours that fit the theme
``keys``, ``keys_file``
    every key with what it does, and the user's own: the screens dispatch by this one table, and it is their manual
``asks``
    what keys do that is not one action of the session: dialogs, going by rows, other documents
``screens``, ``widgets``
    one file each
``app``
    the application, and :func:`~postil.tui.app.annotate`, with which the command line starts it
"""
