"""What is done to deposits, noted in its order: each thing under the lock of its account."""

Notes = list[tuple[str, int, list[str]]]
"""What was done: `used` by a journal of that kind, or a freeze of that number `insert`ed or, when
it was lifted, `update`d, with what it blocks."""

BEGIN_TO_NOTE = """
CREATE TABLE noted (n bigserial, account varchar, what varchar, number bigint, said varchar[]);
CREATE FUNCTION note_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO noted (account, what, said) SELECT NEW.account, 'used', ARRAY[kind] FROM journal j
        WHERE (j.subject, j.sequence, j.journal_no)
            = (NEW.subject, NEW.sequence, NEW.journal_no);
    RETURN NULL;
END $$;
CREATE TRIGGER noted AFTER INSERT ON entry FOR EACH ROW
    WHEN (NEW.amount > 0 AND starts_with(NEW.account, 'deposit:')) EXECUTE FUNCTION note_use();
CREATE FUNCTION note_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO noted (account, what, number, said)
        VALUES (NEW.account, lower(TG_OP), NEW.id, NEW.blocks);
    RETURN NULL;
END $$;
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON account_freeze
    FOR EACH ROW EXECUTE FUNCTION note_freeze();
"""
NOTED = "SELECT what, number, said FROM noted WHERE account = %s ORDER BY n"
END_NOTING = """
DROP TRIGGER noted ON entry;
DROP TRIGGER noted ON account_freeze;
DROP FUNCTION note_use, note_freeze;
DROP TABLE noted;
"""
NEVER_BLOCKED = {"offset", "chargeback", "chargeback_paid", "debt_paid", "restriction_transferred"}
"""What a freeze lets through: what it is for."""


def used_while_frozen(notes: Notes) -> list[str]:
    """The kinds of journals that a freeze in force should have kept out."""
    in_force: dict[int, list[str]] = {}
    wrong = []
    for what, number, said in notes:
        if what == "insert":
            in_force[number] = said
        elif what == "update":
            del in_force[number]
        elif (kind := said[0]) not in NEVER_BLOCKED:
            block = "withdrawal" if kind == "withdrawal_reserved" else "use"
            wrong += [kind for blocks in in_force.values() if block in blocks]
    return wrong
