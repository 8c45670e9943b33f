"""Owns the texts of the mandate declaration, by version, with their digests (PSR-1-2)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateText:
    """One version of the declaration; `digest` is the SHA-256 of its UTF-8 bytes, in hex."""

    version: str
    text: str
    digest: str


def _load() -> Mapping[str, MandateText]:
    folder = resources.files("daigou.domain").joinpath("data/mandates")
    texts: dict[str, MandateText] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        version = file.name.removesuffix(".md")
        data = file.read_bytes()
        texts[version] = MandateText(
            version=version,
            text=data.decode("utf-8"),
            digest=hashlib.sha256(data).hexdigest(),
        )
    return MappingProxyType(texts)


MANDATES: Mapping[str, MandateText] = _load()
