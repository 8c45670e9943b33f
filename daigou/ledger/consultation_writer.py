"""Owns what is a consultation's own in the rows that a step writes: who asks, and by when."""

from daigou.domain.commands import Consult
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER, TableName
from daigou.ledger.found import Rows
from daigou.ledger.subject_writer import SubjectWriter
from daigou.ports.books import StepConflictError


class ConsultationWriter(SubjectWriter):
    """A consultation's read model, moved on by a step."""

    table = TableName.CONSULTATION

    def new_row(self) -> Rows:
        """Who asks, in the column of its role, what about, and by when it is answered."""
        step, asked = self.step, self.step.command
        if not isinstance(asked, Consult):
            raise StepConflictError(f"{step.subject} was never asked")
        nobody = {role.value: None for role in ROLES_BOUND_TO_AN_ORDER}
        return {
            **nobody,
            step.actor.role.value: step.actor.party,
            "topic": asked.topic,
            "answer_by": asked.answer_by,
            "calendar": asked.calendar,
            "asked_at": step.at,
        }
