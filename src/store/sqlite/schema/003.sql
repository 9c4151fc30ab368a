-- How many independent origins the story had when the alert was made; 0: made before it was noted.
ALTER TABLE alert ADD COLUMN origins INTEGER NOT NULL DEFAULT 0;

-- What a house printed lately: a notice names the headline that it is about.
DROP INDEX article_feed;
CREATE INDEX article_feed ON article (feed, seen_at);

-- 1: the house of its lead took it back.
ALTER TABLE story ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

-- Of the words of the text alone: an exact copy is one whenever it comes, under any headline.
ALTER TABLE article ADD COLUMN body_hash INTEGER;
CREATE INDEX article_body_hash ON article (body_hash) WHERE body_hash IS NOT NULL;
