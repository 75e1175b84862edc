"""The configs of an export, one module each."""
