"""SCH: the scheme and the manifest themselves."""
