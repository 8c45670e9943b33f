"""The committed budgets."""

import tomllib
from pathlib import Path
from typing import Any

BUDGETS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "budgets.toml").read_text(encoding="utf-8")
)
