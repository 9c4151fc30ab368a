-- Why an article was placed where it is: what it was compared with, as judged when it came.
CREATE TABLE judgement (
    article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    other   INTEGER NOT NULL,                   -- an article; it may be forgotten earlier
    joined  INTEGER NOT NULL,                   -- 1: the one by which it joined its story
    margin  REAL NOT NULL,                      -- 0: decided by a hair
    account TEXT NOT NULL,                      -- JSON object
    PRIMARY KEY (article, other)
) STRICT, WITHOUT ROWID;
