"""Writes the pages and pictures that are made from the tables: `make docs`."""

from pathlib import Path

from daigou import order_page
from daigou.domain.lifecycle import TABLES
from gateway.diagram import lifecycle_svg

FOLDER = Path(__file__).parent


def pages() -> dict[str, str]:
    """Every generated file by name, as it is to be."""
    drawn = {f"{name}.svg": lifecycle_svg(table) for name, table in TABLES.items()}
    return {"orders.md": order_page.page(), **drawn}


def main() -> None:
    """Writes what has changed."""
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
