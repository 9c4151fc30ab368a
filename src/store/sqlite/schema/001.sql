-- Times are milliseconds since 1970 in UTC. Hashes are 64-bit, stored as signed integers.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feed (
    id             INTEGER PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    url            TEXT NOT NULL,
    host           TEXT NOT NULL,
    retired        INTEGER NOT NULL DEFAULT 0,  -- 1: no longer in the configuration, history kept
    due_at         INTEGER NOT NULL,            -- a claim pushes it to the end of the lease
    claim          INTEGER NOT NULL DEFAULT 0,
    claimed        INTEGER NOT NULL DEFAULT 0,
    etag           TEXT,
    last_modified  TEXT,
    body_hash      INTEGER,
    window_items   INTEGER,
    items_per_hour REAL,
    failures       INTEGER NOT NULL DEFAULT 0,
    problem_kind   TEXT,
    problem_detail TEXT,
    problem_since  INTEGER,
    last_poll      INTEGER,
    last_success   INTEGER,                     -- NULL: the next good poll is the baseline
    last_new       INTEGER,
    polls          INTEGER NOT NULL DEFAULT 0,
    not_modified   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX feed_due ON feed (due_at) WHERE retired = 0;

CREATE TABLE story (
    id        INTEGER PRIMARY KEY,
    opened_at INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    lead      INTEGER NOT NULL                  -- an article; no reference, since it refers back
) STRICT;
CREATE INDEX story_last_seen ON story (last_seen);

CREATE TABLE story_link (
    story      INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    other      INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    similarity REAL NOT NULL,
    PRIMARY KEY (story, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_link_other ON story_link (other);

CREATE TABLE article (
    id            INTEGER PRIMARY KEY,
    feed          INTEGER NOT NULL REFERENCES feed (id),
    raw_id        TEXT,
    url           TEXT,
    canonical_url TEXT,
    title         TEXT NOT NULL,
    summary       TEXT,
    text          TEXT NOT NULL,
    authors       TEXT NOT NULL,                -- JSON array
    categories    TEXT NOT NULL,                -- JSON array
    publisher     TEXT NOT NULL,
    source        TEXT,
    credit        TEXT,
    language      TEXT,
    priority      INTEGER,
    published     INTEGER,
    updated       INTEGER,
    seen_at       INTEGER NOT NULL,
    revised_at    INTEGER NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 0,
    words         INTEGER NOT NULL,
    item_hash     INTEGER NOT NULL,
    text_hash     INTEGER NOT NULL,
    origin        TEXT NOT NULL,                -- agency id, else `publisher:` and a slug
    provenance    TEXT NOT NULL,                -- JSON object
    story         INTEGER NOT NULL REFERENCES story (id),
    relation      TEXT NOT NULL,
    similarity    REAL,
    compared_with INTEGER
) STRICT;
CREATE INDEX article_story ON article (story);
CREATE INDEX article_feed ON article (feed);
CREATE INDEX article_seen ON article (seen_at);
CREATE INDEX article_text_hash ON article (text_hash);
CREATE INDEX article_canonical_url ON article (canonical_url) WHERE canonical_url IS NOT NULL;

-- Every way an article may be recognised again within its feed.
CREATE TABLE article_key (
    feed    INTEGER NOT NULL,
    key     BLOB NOT NULL,
    article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    PRIMARY KEY (feed, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_key_article ON article_key (article);

-- What an article said before.
CREATE TABLE revision (
    article  INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    title    TEXT NOT NULL,
    summary  TEXT,
    text     TEXT NOT NULL,
    seen_at  INTEGER NOT NULL,
    PRIMARY KEY (article, revision)
) STRICT, WITHOUT ROWID;

-- `seq` grows with every change, so that a window in memory can catch up; NULL bytes: forgotten.
CREATE TABLE sketch (
    article INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE,
    story   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    seq     INTEGER NOT NULL UNIQUE,
    bytes   BLOB
) STRICT;
CREATE INDEX sketch_at ON sketch (at);

CREATE TABLE rule_match (
    article    INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    rule       TEXT NOT NULL,
    generation INTEGER NOT NULL,
    baseline   INTEGER NOT NULL,                -- 1: older than the watch, does not alert by itself
    hits       TEXT NOT NULL,                   -- JSON array
    decision   TEXT,                            -- what was decided when it was placed
    PRIMARY KEY (article, rule)
) STRICT, WITHOUT ROWID;

-- What was told, or promised to be; the unique key is the memory that keeps one story one mail.
CREATE TABLE alert (
    id         INTEGER PRIMARY KEY,
    rule       TEXT NOT NULL,
    story      INTEGER NOT NULL,
    reason_key TEXT NOT NULL,
    article    INTEGER NOT NULL,
    words      INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    made_at    INTEGER NOT NULL,
    UNIQUE (rule, story, reason_key)
) STRICT;
CREATE INDEX alert_story ON alert (story);
CREATE INDEX alert_made ON alert (made_at);

CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY,
    recipient   TEXT NOT NULL,
    address     TEXT NOT NULL,
    gathers     TEXT NOT NULL,                  -- alerts with the same value share a message
    state       TEXT NOT NULL CHECK (state IN ('due', 'sent', 'dropped')),
    due_at      INTEGER NOT NULL,
    claim       INTEGER NOT NULL DEFAULT 0,
    claimed     INTEGER NOT NULL DEFAULT 0,
    made_at     INTEGER NOT NULL,
    message_id  TEXT NOT NULL UNIQUE,
    sender      TEXT,
    bytes       BLOB,                           -- set when frozen; what comes later opens a new one
    attempts    INTEGER NOT NULL DEFAULT 0,
    first_try   INTEGER,
    last_error  TEXT,
    ended_at    INTEGER,
    reply       TEXT
) STRICT;
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'due';
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE state <> 'due';
CREATE INDEX delivery_open ON delivery (address, gathers) WHERE state = 'due' AND bytes IS NULL;

CREATE TABLE delivery_alert (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    alert    INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    PRIMARY KEY (delivery, alert)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_alert_alert ON delivery_alert (alert);
