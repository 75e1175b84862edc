"""What screens are made of: each draws a part of a session and posts what was done to it."""
