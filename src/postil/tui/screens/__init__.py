"""The screens and the dialogs, one file each."""
