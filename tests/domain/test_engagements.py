"""How engagements change: every state, word and reason, and codes as people type them."""

from itertools import product

import pytest

from daigou.domain.engagements import EngagementReason as Why
from daigou.domain.engagements import EngagementState as Stands
from daigou.domain.engagements import EngagementWord as Word
from daigou.domain.engagements import change
from daigou.domain.ids import InvitationCode
from daigou.domain.invitations import CODE, shown, typed
from daigou.domain.refusals import RefusalCode, Refused

DOUBTS = {Why.UNDER_REVIEW, Why.SUSPICION, Why.BREACH}
OVER = {Why.NOTICE_GIVEN, Why.TERM_OVER, Why.BREACH}
WRITTEN = {
    (Stands.NEW, Word.PROPOSE): (Stands.PROPOSED, {Why.AGREED}),
    (Stands.PROPOSED, Word.ACTIVATE): (Stands.ACTIVE, {Why.AGREED}),
    (Stands.PROPOSED, Word.END): (Stands.ENDED, {Why.DECLINED, Why.NOTICE_GIVEN}),
    (Stands.ACTIVE, Word.SUSPEND): (Stands.SUSPENDED, DOUBTS),
    (Stands.ACTIVE, Word.END): (Stands.ENDED, OVER),
    (Stands.SUSPENDED, Word.ACTIVATE): (Stands.ACTIVE, {Why.CLEARED}),
    (Stands.SUSPENDED, Word.END): (Stands.ENDED, OVER),
}
"""Written by hand: what may become of an engagement, and for which reasons."""


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.parametrize("state", Stands)
def test_an_engagement_changes_as_is_written_and_not_otherwise(state: Stands) -> None:
    for word, reason in product(Word, Why):
        target, reasons = WRITTEN.get((state, word), (None, set()))
        if target is None:
            with pytest.raises(Refused) as refused:
                change(state=state, word=word, reason=reason)
            assert refused.value.code == RefusalCode.NOT_IN_THIS_STATE
        elif reason not in reasons:
            with pytest.raises(Refused) as refused:
                change(state=state, word=word, reason=reason)
            assert refused.value.code == RefusalCode.REASON_NOT_ALLOWED
        else:
            assert change(state=state, word=word, reason=reason) == target
            continue
        assert refused.value.clause == "UA-1-11-13"


def test_a_refusal_says_what_may_be_said_instead() -> None:
    with pytest.raises(Refused) as refused:
        change(state=Stands.PROPOSED, word=Word.SUSPEND, reason=Why.BREACH)

    assert refused.value.detail == "an engagement that is proposed cannot be suspended"
    assert refused.value.allowed_actions == ("activate", "end")


@pytest.mark.clause("UA-1-14")
@pytest.mark.parametrize("text", ["K7WMP3XQ9T", "k7wmp-3xq9t", " K7WMP 3XQ9T ", "k7-wm-p3-xq-9t"])
def test_a_code_is_read_however_it_is_typed(text: str) -> None:
    assert typed(text) == "K7WMP3XQ9T"
    assert typed(shown(typed(text))) == "K7WMP3XQ9T"
    assert shown(InvitationCode("K7WMP3XQ9T")) == "K7WMP-3XQ9T"


@pytest.mark.parametrize(
    "text", ["", "K7WMP3XQ9", "K7WMP3XQ9TT", "K7WMP3XQ90", "K7WMP3XQ9O", "K7WMP3XQ9I", "K7WMP3XQ91"]
)
def test_what_can_be_no_code_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no invitation code"):
        typed(text)


def test_a_code_has_no_letter_that_looks_like_a_digit() -> None:
    letters = {each for each in map(chr, range(128)) if CODE.fullmatch(each * 10)}

    assert letters == set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
