-- What orders refer to and the books do not hold: tables with their CHECKs, and after each the
-- guards of what its rows may do. The SQLSTATEs are those of 0001_guards.sql.

-- ---- the screening list ----------------------------------------------------------------------

-- PSR-14, LM-22: prohibited and restricted goods, by category and by word. A rule is lifted, never
-- changed or removed: what was refused by it stays explained.
CREATE TABLE screening_rule (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      varchar NOT NULL CHECK (kind IN ('category', 'word')),
    pattern   varchar NOT NULL CHECK (length(pattern) BETWEEN 1 AND 80),
    verdict   varchar NOT NULL CHECK (verdict IN (
        'prohibited', 'suspended', 'doubtful', 'sensitive'
    )),
    reason    varchar NOT NULL CHECK (reason <> ''),
    author    varchar NOT NULL CHECK (author <> ''),
    clause    varchar NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now(),
    lifted_at timestamptz CHECK (lifted_at >= placed_at),
    lifted_by varchar,
    CONSTRAINT lifting_has_its_author CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)),
    CONSTRAINT clause_is_the_verdicts CHECK (
        clause = CASE verdict
            WHEN 'suspended' THEN 'LM-22'
            WHEN 'sensitive' THEN 'PSR-15-5'
            ELSE 'PSR-14'
        END
    )
);
-- Of two verdicts on the same thing nobody could say which holds.
CREATE UNIQUE INDEX screening_rule_in_force ON screening_rule (kind, pattern)
    WHERE lifted_at IS NULL;

-- Why: who put what on the list, and why, is kept; a rule is lifted once and never placed again.
CREATE FUNCTION rule_is_lifted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL
        OR (NEW.id, NEW.kind, NEW.pattern, NEW.verdict, NEW.reason, NEW.author, NEW.clause,
            NEW.placed_at) IS DISTINCT FROM
            (OLD.id, OLD.kind, OLD.pattern, OLD.verdict, OLD.reason, OLD.author, OLD.clause,
            OLD.placed_at) THEN
        RAISE EXCEPTION 'screening rule % can only be lifted, once', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_lifted_once BEFORE UPDATE ON screening_rule
    FOR EACH ROW EXECUTE FUNCTION rule_is_lifted_once();
CREATE TRIGGER never_removed BEFORE DELETE ON screening_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON screening_rule EXECUTE FUNCTION refuse_change();

-- The categories that the terms prohibit, and the plainest words; the platform goes on from here.
INSERT INTO screening_rule (kind, pattern, verdict, reason, author, clause)
SELECT kind, pattern, verdict, reason, 'plt_platform',
    CASE verdict WHEN 'sensitive' THEN 'PSR-15-5' ELSE 'PSR-14' END
FROM (VALUES
    ('category', 'counterfeit', 'prohibited', 'counterfeits are not purchased'),
    ('category', 'drugs', 'prohibited', 'drugs are not purchased'),
    ('category', 'weapons', 'prohibited', 'weapons are not purchased'),
    ('category', 'wildlife', 'prohibited', 'protected wildlife is not purchased'),
    ('word', 'firearm', 'prohibited', 'weapons are not purchased'),
    ('word', 'firearms', 'prohibited', 'weapons are not purchased'),
    ('word', '枪支', 'prohibited', 'weapons are not purchased'),
    ('word', 'methamphetamine', 'prohibited', 'drugs are not purchased'),
    ('word', '冰毒', 'prohibited', 'drugs are not purchased'),
    ('word', 'rhino horn', 'prohibited', 'protected wildlife is not purchased'),
    ('word', '犀牛角', 'prohibited', 'protected wildlife is not purchased'),
    ('word', 'ivory', 'doubtful', 'a colour, or of protected wildlife'),
    ('word', '象牙', 'doubtful', 'a colour, or of protected wildlife'),
    ('word', 'replica', 'doubtful', 'may infringe a brand'),
    ('word', '高仿', 'doubtful', 'may infringe a brand'),
    ('word', 'lithium battery', 'sensitive', 'not every carrier ships it'),
    ('word', 'lithium batteries', 'sensitive', 'not every carrier ships them'),
    ('word', '锂电池', 'sensitive', 'not every carrier ships it')
) AS first (kind, pattern, verdict, reason);

-- PSR-14: what the list found in a request, as it stood when the request was made.
ALTER TABLE purchase_request ADD COLUMN findings jsonb NOT NULL DEFAULT '[]';

-- ---- principal information -------------------------------------------------------------------

-- PSR-4: the legal entity behind a provider, by version: what a client was shown stays known.
CREATE TABLE principal (
    provider            varchar NOT NULL REFERENCES party (id),
    version             integer NOT NULL CHECK (version > 0),
    legal_name          varchar NOT NULL,
    registration_number varchar NOT NULL CHECK (registration_number ~ '^[0-9A-Z]{18}$'),
    registered_address  varchar NOT NULL,
    business_email      varchar NOT NULL,
    business_phone      varchar NOT NULL,
    author              varchar NOT NULL CHECK (author <> ''),
    at                  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, version),
    CONSTRAINT principal_is_complete CHECK (
        '' NOT IN (legal_name, registered_address, business_email, business_phone)
    )
);

-- PSR-4, PSR-23: who buys for that entity is a person, named apart, where it can be erased.
CREATE TABLE purchasing_person (
    provider varchar NOT NULL,
    version  integer NOT NULL,
    name     varchar NOT NULL CHECK (name <> ''),
    PRIMARY KEY (provider, version),
    FOREIGN KEY (provider, version) REFERENCES principal (provider, version)
);

-- Why: only a provider has principals, and its versions have no gap.
CREATE FUNCTION principal_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_version integer;
BEGIN
    PERFORM refuse_strangers('provider', NEW.provider);
    SELECT max(version) INTO last_version FROM principal WHERE provider = NEW.provider;
    IF NEW.version <> coalesce(last_version, 0) + 1 THEN
        RAISE EXCEPTION '%: principal % does not follow %', NEW.provider, NEW.version,
            coalesce(last_version, 0) USING ERRCODE = 'DG006';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER goes_on BEFORE INSERT ON principal
    FOR EACH ROW EXECUTE FUNCTION principal_goes_on();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON principal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON principal EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON purchasing_person
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- ---- exchange rates --------------------------------------------------------------------------

-- UA-2-3: what an estimate is made of. A rate is loaded once for its date, and never changed.
CREATE TABLE exchange_rate (
    currency     varchar NOT NULL CHECK (currency ~ '^[A-Z]{3}$' AND currency <> 'CNY'),
    as_of        date NOT NULL,
    cny_per_unit numeric(20, 10) NOT NULL CHECK (cny_per_unit > 0),
    source       varchar NOT NULL CHECK (source <> ''),
    loaded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (currency, as_of)
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON exchange_rate
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON exchange_rate EXECUTE FUNCTION refuse_change();

-- ---- evidence --------------------------------------------------------------------------------

-- PSR-17-1, PSR-23: what shows an anomaly, apart from the books. Commands carry the id alone; the
-- digest says what was there even after the bytes were erased.
CREATE TABLE evidence (
    id         varchar PRIMARY KEY CHECK (id ~ '^evd_[0-9A-Za-z_-]{4,60}$'),
    subject    varchar NOT NULL REFERENCES purchase_order (id),
    author     varchar NOT NULL REFERENCES party (id),
    media_type varchar NOT NULL CHECK (media_type IN (
        'image/jpeg', 'image/png', 'application/pdf', 'video/mp4', 'text/plain'
    )),
    size       integer NOT NULL CHECK (size BETWEEN 1 AND 10485760),
    digest     varchar NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    body       bytea,
    at         timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz CHECK (erased_at >= at),
    CONSTRAINT erased_is_gone CHECK ((body IS NULL) = (erased_at IS NOT NULL)),
    CONSTRAINT body_is_what_it_says CHECK (
        length(body) = size AND encode(sha256(body), 'hex') = digest
    )
);
CREATE INDEX evidence_by_subject ON evidence (subject, at, id);
CREATE INDEX evidence_by_author ON evidence (author);

-- Why: evidence proves something only if nobody can exchange it; it can be erased, once.
CREATE FUNCTION evidence_is_erased_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL
        OR (NEW.id, NEW.subject, NEW.author, NEW.media_type, NEW.size, NEW.digest, NEW.at)
            IS DISTINCT FROM
            (OLD.id, OLD.subject, OLD.author, OLD.media_type, OLD.size, OLD.digest, OLD.at) THEN
        RAISE EXCEPTION 'evidence % can only be erased, once', OLD.id USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_erased_once BEFORE UPDATE ON evidence
    FOR EACH ROW EXECUTE FUNCTION evidence_is_erased_once();
CREATE TRIGGER never_removed BEFORE DELETE ON evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON evidence EXECUTE FUNCTION refuse_change();

-- ---- erasure ---------------------------------------------------------------------------------

-- PSR-23: that personal data was erased, by whom and how much of it, is itself no personal data.
CREATE TABLE erasure (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    party              varchar NOT NULL REFERENCES party (id),
    author             varchar NOT NULL CHECK (author <> ''),
    forced             boolean NOT NULL,
    contacts           integer NOT NULL CHECK (contacts >= 0),
    purchasing_persons integer NOT NULL CHECK (purchasing_persons >= 0),
    notes              integer NOT NULL CHECK (notes >= 0),
    evidence           integer NOT NULL CHECK (evidence >= 0),
    at                 timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX erasure_by_party ON erasure (party, id);
CREATE INDEX note_by_author ON note (author);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON erasure
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON erasure EXECUTE FUNCTION refuse_change();
