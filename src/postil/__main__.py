"""``python -m postil``."""

from __future__ import annotations

from postil.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
