"""Owns the screening of goods: rules by category and by word, and what they find in a request."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class RuleKind(StrEnum):
    """What a rule looks at: the category alone, or every text of the request."""

    CATEGORY = "category"
    WORD = "word"


class Verdict(StrEnum):
    """What becomes of a request in which a rule found something."""

    PROHIBITED = "prohibited"
    """Refused for good (PSR-14)."""
    SUSPENDED = "suspended"
    """Refused for as long as the category is suspended from ordering (LM-22)."""
    DOUBTFUL = "doubtful"
    """A person decides (PSR-14)."""
    SENSITIVE = "sensitive"
    """Taken, with the caution that the provider may still refuse to execute it (PSR-15-5)."""


CLAUSES = {
    Verdict.PROHIBITED: "PSR-14",
    Verdict.SUSPENDED: "LM-22",
    Verdict.DOUBTFUL: "PSR-14",
    Verdict.SENSITIVE: "PSR-15-5",
}
"""The clause that each verdict is given by."""

PATTERN_CHARS_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of the list; `pattern` is a category, or words as `plain` writes them."""

    id: int
    kind: RuleKind
    pattern: str
    verdict: Verdict
    reason: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found; `matched` is the category, or the words as they stood in the text."""

    rule: int
    verdict: Verdict
    matched: str
    reason: str
    clause: str


def screen(*, rules: Iterable[Rule], category: str, texts: Iterable[str]) -> tuple[Finding, ...]:
    """What the rules find in a request's category and texts, one finding a rule at most.

    Words are found whole, whatever their case, width or composition. Han and kana have no
    boundaries between words: there a pattern is found anywhere.
    """
    plain_category, plain_texts = plain(category), [plain(text) for text in texts]
    return tuple(
        Finding(
            rule=rule.id,
            verdict=rule.verdict,
            matched=matched,
            reason=rule.reason,
            clause=rule.clause,
        )
        for rule in rules
        if (matched := _matched(rule, plain_category, plain_texts))
    )


def plain(text: str) -> str:
    """A text as it is compared: NFKC, case-folded, without what only hides a word.

    Left out are characters that nobody sees (zero-width, soft hyphens) and spaces between Han or
    kana; other spaces become one each.
    """
    # Folding may undo a composition, and composing may bring up a letter to fold.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(each for each in folded if unicodedata.category(each) != "Cf")
    return _SPACED_OUT.sub("", " ".join(seen.split()))


_UNBOUNDED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Hiragana and katakana, and Han with its extensions."""
_SPACED_OUT = re.compile(rf"(?<=[{_UNBOUNDED}]) (?=[{_UNBOUNDED}])")
_IS_UNBOUNDED = re.compile(f"[{_UNBOUNDED}]")
_LETTER = rf"[^\W{_UNBOUNDED}]"


def _matched(rule: Rule, category: str, texts: list[str]) -> str:
    if rule.kind == RuleKind.CATEGORY:
        return category if category == rule.pattern else ""
    # Most rules stand in no text at all, and need no expression.
    near = [text for text in texts if rule.pattern in text]
    if not near:
        return ""
    found = (_whole(rule.pattern).search(text) for text in near)
    return next((match[0] for match in found if match), "")


@lru_cache(maxsize=512)
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(_before(pattern) + re.escape(pattern) + _after(pattern))


def _before(pattern: str) -> str:
    return "" if _IS_UNBOUNDED.match(pattern[0]) else f"(?<!{_LETTER})"


def _after(pattern: str) -> str:
    return "" if _IS_UNBOUNDED.match(pattern[-1]) else f"(?!{_LETTER})"
