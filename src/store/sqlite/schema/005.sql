-- What is learnt of a feed over many polls.
ALTER TABLE feed ADD COLUMN habits TEXT NOT NULL DEFAULT '{}';       -- JSON object
ALTER TABLE feed ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;      -- 1: not asked until its address or credentials change
ALTER TABLE feed ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;       -- 1: its last poll fell into an outage of our own
ALTER TABLE feed ADD COLUMN address TEXT;                            -- the IP address that answered last
DROP INDEX feed_due;
CREATE INDEX feed_due ON feed (due_at) WHERE retired = 0 AND stopped = 0;
CREATE INDEX feed_host ON feed (host);

-- The last twenty polls of each feed, in a ring.
CREATE TABLE poll (
    feed      INTEGER NOT NULL REFERENCES feed (id),
    place     INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    took      INTEGER NOT NULL,                 -- milliseconds
    outcome   TEXT NOT NULL,
    status    INTEGER,
    bytes     INTEGER NOT NULL,
    items     INTEGER NOT NULL,
    new_items INTEGER NOT NULL,
    repairs   TEXT NOT NULL,                    -- JSON array
    PRIMARY KEY (feed, place)
) STRICT, WITHOUT ROWID;

-- Times in which items may have come and gone unseen.
CREATE TABLE gap (
    feed  INTEGER NOT NULL REFERENCES feed (id),
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    items INTEGER NOT NULL,
    PRIMARY KEY (feed, since)
) STRICT, WITHOUT ROWID;

-- Hosts that asked for patience without saying for how long.
CREATE TABLE host (
    name         TEXT PRIMARY KEY,
    slowed_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Times in which nobody could be reached: our own network. `until` is 0 while one lasts.
CREATE TABLE outage (
    since INTEGER PRIMARY KEY,
    until INTEGER NOT NULL DEFAULT 0,
    hosts INTEGER NOT NULL
) STRICT;
CREATE INDEX outage_until ON outage (until);

-- By what the items of a feed are recognised: once ids turned out to be worth nothing, for good.
ALTER TABLE feed ADD COLUMN identity TEXT NOT NULL DEFAULT 'id' CHECK (identity IN ('id', 'link'));

-- How the feed is asked for, as a number that changes with its keys; 0: as usual.
ALTER TABLE feed ADD COLUMN access INTEGER NOT NULL DEFAULT 0;

-- Web pages behind items, fetched for their text. While `item` is there, its article waits for the
-- page: it is placed when the page came, or failed, or at `until_at`.
CREATE TABLE page (
    id            INTEGER PRIMARY KEY,
    feed          INTEGER NOT NULL REFERENCES feed (id),
    article       INTEGER UNIQUE REFERENCES article (id) ON DELETE CASCADE,  -- NULL: not placed yet
    url           TEXT NOT NULL,
    host          TEXT NOT NULL,
    keys          BLOB NOT NULL,                -- of the item, 16 bytes each, the best first
    item          TEXT,                         -- JSON object: the item as published
    item_hash     INTEGER NOT NULL,
    feed_hash     INTEGER NOT NULL,             -- of the texts that the feed gave
    baseline      INTEGER NOT NULL,             -- 1: seen in the first poll of its feed
    seen_at       INTEGER NOT NULL,
    until_at      INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,             -- a claim pushes it to the end of the lease
    claim         INTEGER NOT NULL DEFAULT 0,
    claimed       INTEGER NOT NULL DEFAULT 0,
    attempts      INTEGER NOT NULL DEFAULT 0,   -- since the article waits
    times         INTEGER NOT NULL DEFAULT 1,   -- that the article waited
    etag          TEXT,
    last_modified TEXT,
    about         TEXT,                         -- JSON object: what the page says beside the text that is used
    note          TEXT,                         -- why its text is not used
    ended_at      INTEGER
) STRICT;
CREATE INDEX page_due ON page (due_at) WHERE item IS NOT NULL;
CREATE INDEX page_feed ON page (feed) WHERE item IS NOT NULL;
CREATE INDEX page_url ON page (url);
