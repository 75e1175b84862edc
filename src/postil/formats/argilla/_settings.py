"""Where the parts of a dataset are."""

from __future__ import annotations

SETTINGS, DATASET, USERS = ".argilla/settings.json", ".argilla/dataset.json", "users.json"
