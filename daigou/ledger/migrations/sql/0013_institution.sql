-- What the payment institution tells us of disputes, and the evidence that it is given.
-- The SQLSTATEs are those of the files before.

-- ---- evidence for the institution --------------------------------------------------------------

-- PSR-22-1, PSR-23: a bundle as it was staged. `content` has ids, sums, codes and moments, and the
-- digest of `words`: those, and names, stand apart, and can be erased. What is left still proves by
-- its digest what there was.
CREATE TABLE evidence_bundle (
    chargeback varchar NOT NULL REFERENCES chargeback (id),
    digest     varchar NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    content    varchar NOT NULL,
    words      varchar,
    staged_at  timestamptz NOT NULL DEFAULT now(),
    staged_by  varchar NOT NULL REFERENCES party (id),
    erased_at  timestamptz CHECK (erased_at >= staged_at),
    PRIMARY KEY (chargeback, digest),
    CONSTRAINT content_is_what_it_says CHECK (
        encode(sha256(convert_to(content, 'UTF8')), 'hex') = digest
    ),
    CONSTRAINT words_are_what_they_say CHECK (
        encode(sha256(convert_to(words, 'UTF8')), 'hex') = content::jsonb ->> 'words_digest'
    ),
    CONSTRAINT erased_words_are_gone CHECK ((words IS NULL) = (erased_at IS NOT NULL))
);

-- Why: evidence proves something only if nobody can exchange it; its words can be erased, once.
CREATE FUNCTION bundle_is_erased_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL
        OR to_jsonb(NEW) - ARRAY['words', 'erased_at'] IS DISTINCT FROM
           to_jsonb(OLD) - ARRAY['words', 'erased_at'] THEN
        RAISE EXCEPTION 'the words of bundle % can only be erased, once', OLD.digest
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_erased_once BEFORE UPDATE ON evidence_bundle
    FOR EACH ROW EXECUTE FUNCTION bundle_is_erased_once();
CREATE TRIGGER never_removed BEFORE DELETE ON evidence_bundle
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON evidence_bundle
    EXECUTE FUNCTION refuse_change();

-- ---- what the institution tells ----------------------------------------------------------------

-- Each message once, by the institution's own id of it. `outcome` is set once it was dealt with:
-- `detail` says what a person has to look at.
CREATE TABLE institution_message (
    id          varchar PRIMARY KEY CHECK (id <> '' AND length(id) <= 255),
    digest      varchar NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    type        varchar NOT NULL CHECK (type ~ '^[0-9A-Za-z_.-]{1,80}$'),
    dispute     varchar CHECK (dispute ~ '^[0-9A-Za-z_-]{1,60}$'),
    content     jsonb NOT NULL,
    outcome     varchar CHECK (outcome IN ('recorded', 'ignored', 'for_a_person')),
    detail      varchar NOT NULL CHECK (detail ~ '^[0-9A-Za-z_./:-]{0,200}$'),
    chargeback  varchar REFERENCES chargeback (id),
    received_at timestamptz NOT NULL,
    dealt_at    timestamptz,
    CONSTRAINT dealt_with_once_it_has_an_outcome CHECK (
        (outcome IS NULL) = (dealt_at IS NULL)
    ),
    CONSTRAINT a_person_is_told_why CHECK ((outcome = 'for_a_person') = (detail <> '')),
    CONSTRAINT recorded_in_a_chargeback CHECK (outcome <> 'recorded' OR chargeback IS NOT NULL)
);
CREATE INDEX institution_message_by_dispute ON institution_message (dispute)
    WHERE dispute IS NOT NULL;
CREATE INDEX institution_message_for_a_person ON institution_message (received_at, id)
    WHERE outcome = 'for_a_person';

-- Why: what we were told is kept as it was; it is dealt with once.
CREATE FUNCTION message_is_dealt_with_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL OR NEW.outcome IS NULL
        OR to_jsonb(NEW) - ARRAY['outcome', 'detail', 'chargeback', 'dealt_at'] IS DISTINCT FROM
           to_jsonb(OLD) - ARRAY['outcome', 'detail', 'chargeback', 'dealt_at'] THEN
        RAISE EXCEPTION 'message % can only be dealt with, once', OLD.id USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_dealt_with_once BEFORE UPDATE ON institution_message
    FOR EACH ROW EXECUTE FUNCTION message_is_dealt_with_once();
CREATE TRIGGER never_removed BEFORE DELETE ON institution_message
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON institution_message
    EXECUTE FUNCTION refuse_change();
