"""The mandate declaration's texts: what a client agreed to can be shown again, byte for byte."""

import hashlib
from importlib import resources

import pytest

from daigou.domain.mandate import MANDATES
from daigou.domain.terms import VERSIONS

# A client's agreement is to a text: were it edited, nobody could show what was agreed (PSR-1-2).
PUBLISHED = {
    "2026-11": "41489e08aace0cf542125e127a0a4886b30f05c0b35bdef810213abc96f9c12b",
}


@pytest.mark.clause("PSR-1-2")
def test_published_declarations_never_change() -> None:
    assert {version: text.digest for version, text in MANDATES.items()} == PUBLISHED


@pytest.mark.clause("PSR-1-2")
@pytest.mark.parametrize("version", MANDATES)
def test_a_digest_is_that_of_the_text_as_it_is_shown(version: str) -> None:
    shown = MANDATES[version]
    file = resources.files("daigou.domain").joinpath(f"data/mandates/{version}.md")

    assert shown.text.encode() == file.read_bytes()
    assert shown.digest == hashlib.sha256(shown.text.encode()).hexdigest()


@pytest.mark.clause("PSR-1-2")
def test_every_version_of_the_terms_names_a_declaration_there_is() -> None:
    assert {terms.mandate for terms in VERSIONS.values()} <= set(MANDATES)
