"""TXT: the text file."""
