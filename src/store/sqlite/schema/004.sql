-- Why an article was placed where it is: what it was compared with, as judged when it came.
CREATE TABLE judgement (
    article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    other   INTEGER NOT NULL,                   -- an article; it may be forgotten earlier
    joined  INTEGER NOT NULL,                   -- 1: the one by which it joined its story
    margin  REAL NOT NULL,                      -- 0: decided by a hair
    account TEXT NOT NULL,                      -- JSON object
    PRIMARY KEY (article, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX judgement_margin ON judgement (margin);

-- Why stories are related: an article of one, and the one of the other that it is like.
CREATE TABLE article_link (
    article    INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    other      INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    similarity REAL NOT NULL,
    PRIMARY KEY (article, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_link_other ON article_link (other);
INSERT OR IGNORE INTO article_link
    SELECT max(article.id, known.id), min(article.id, known.id), story_link.similarity FROM story_link
    JOIN article ON article.id = (SELECT min(id) FROM article WHERE article.story = story_link.story)
    JOIN article AS known ON known.id = (SELECT min(id) FROM article WHERE article.story = story_link.other);

-- Stories that people took apart, both ways: they are never linked.
CREATE TABLE story_apart (
    story INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    since INTEGER NOT NULL,
    PRIMARY KEY (story, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_apart_other ON story_apart (other);

-- Stories that people made part of another. Sketches keep the number of the part, so that copies
-- are recognised as before; what joins the part belongs to the story.
CREATE TABLE story_part (
    part  INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    since INTEGER NOT NULL
) STRICT;
CREATE INDEX story_part_story ON story_part (story);
