-- Agencies: what a document says of an item beside its words (a JSON object), its version, and until
-- when nobody is told of it.
ALTER TABLE article ADD COLUMN wire TEXT;
ALTER TABLE article ADD COLUMN version TEXT;
ALTER TABLE article ADD COLUMN held_until INTEGER;                   -- NULL: it may be told of
CREATE INDEX article_held ON article (held_until) WHERE held_until IS NOT NULL;

-- Files of a spool that were read; they are moved away afterwards.
CREATE TABLE spooled (
    feed     INTEGER NOT NULL REFERENCES feed (id),
    name     TEXT NOT NULL,
    modified INTEGER NOT NULL,                  -- nanoseconds
    size     INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (feed, name, modified, size)
) STRICT, WITHOUT ROWID;
CREATE INDEX spooled_at ON spooled (feed, at);

-- Pages: the newest stories that a rule is true of, and how often it is; the newest of an origin.
CREATE INDEX rule_match_rule ON rule_match (rule, article);
CREATE INDEX article_origin ON article (origin);
CREATE INDEX alert_rule ON alert (rule, id);
