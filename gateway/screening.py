"""Owns how the screening list travels: a rule as it is asked for, and as it stands."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from daigou.domain.screening import PATTERN_CHARS_MAX, RuleKind, Verdict, plain
from daigou.ledger.reference_views import RuleView
from gateway.wire import Answered, Asked, Moment, Text120


class RuleBody(Asked):
    """A new rule of the screening list; its clause is that of its verdict."""

    kind: RuleKind
    pattern: Annotated[
        str,
        Field(
            min_length=1,
            max_length=PATTERN_CHARS_MAX,
            description="A category, or words: found whole, whatever their case and width; Han and "
            "kana are found anywhere.",
            examples=["lithium battery"],
        ),
    ]
    verdict: Annotated[
        Verdict,
        Field(
            description="`prohibited`: refused (PSR-14). `suspended`: refused for now (LM-22). "
            "`doubtful`: a person decides (PSR-14). `sensitive`: a caution is raised (PSR-15-5)."
        ),
    ]
    reason: Annotated[
        Text120, Field(description="Told to the client.", examples=["not every carrier ships it"])
    ]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "category",
                    "pattern": "batteries",
                    "verdict": "suspended",
                    "reason": "customs takes none until the end of the month",
                }
            ]
        }
    )

    @field_validator("pattern")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not 1 <= len(plain(value)) <= PATTERN_CHARS_MAX or "\0" in value:
            raise PydanticCustomError(
                "pattern",
                "is a category or words of {most} characters at most",
                {"most": PATTERN_CHARS_MAX},
            )
        return value


class RuleAnswer(Answered):
    """A rule of the screening list; in force for as long as `lifted_at` is null."""

    id: int
    kind: RuleKind
    pattern: Annotated[str, Field(description="As it is compared: folded, without what hides.")]
    verdict: Verdict
    reason: str
    clause: str
    author: str
    placed_at: Moment
    lifted_at: Moment | None
    lifted_by: str | None

    @classmethod
    def of(cls, view: RuleView) -> Self:
        """The rule as it travels."""
        rule = view.rule
        return cls(
            id=rule.id,
            kind=rule.kind,
            pattern=rule.pattern,
            verdict=rule.verdict,
            reason=rule.reason,
            clause=rule.clause,
            author=view.author,
            placed_at=view.placed_at,
            lifted_at=view.lifted_at,
            lifted_by=view.lifted_by,
        )


class RulePage(Answered):
    """Some rules, the oldest first; ask on with `starting_after` the last one's id."""

    data: tuple[RuleAnswer, ...]
    has_more: bool
