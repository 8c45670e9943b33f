"""A refusal cites a clause that there is."""

import pytest

from daigou.domain.clauses import CATALOGUE, Duty, UnknownClauseError, clause
from daigou.domain.refusals import RefusalCode, Refused


def test_a_refusal_reads_as_a_sentence_with_its_clause() -> None:
    refused = Refused(RefusalCode.TOO_LATE, "PSR-18-2", "receipt was deemed confirmed")

    assert str(refused) == "receipt was deemed confirmed (PSR-18-2)"
    assert refused.clause_id == "PSR-18-2"


def test_a_refusal_by_a_clause_that_there_is_not_cannot_be_made() -> None:
    with pytest.raises(UnknownClauseError, match="PSR-99"):
        Refused(RefusalCode.TOO_LATE, "PSR-99", "no")


def test_the_catalogue_holds_each_duty_in_words() -> None:
    assert {found.duty for found in CATALOGUE.values()} == set(Duty)
    assert all(found.say and id_ == found.id for id_, found in CATALOGUE.items())


def test_a_clause_is_found_by_its_id() -> None:
    assert clause("PSR-18-2").duty == Duty.ENFORCE
