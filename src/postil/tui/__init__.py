"""The screens of ``postil annotate``, on Textual: they draw a session's state and dispatch to its actions, and do nothing else.

``layout``
    a text and its spans as lines of pieces, and back from a place on the screen to an offset: no terminal in it
``keys``
    every key with what it does: the screens' bindings and their manual are this one table
``palette``
    what a piece looks like: colours that fit the theme, and signs beside every colour
``screens``, ``widgets``
    one file each
``app``
    the application, and :func:`~postil.tui.app.annotate`, with which the command line starts it
"""
