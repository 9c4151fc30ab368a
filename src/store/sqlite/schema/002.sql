-- Words of articles, to search by. They are written after the article itself, so that a poll does
-- not wait for them; until then its row says 0, and a search looks at it anyway.
ALTER TABLE article ADD COLUMN searchable INTEGER NOT NULL DEFAULT 0;
CREATE INDEX article_unsearchable ON article (id) WHERE searchable = 0;

-- Our folded words as plain text: the tokenizer only cuts at spaces. The text itself is not kept,
-- nor where in an article a word stands.
CREATE VIRTUAL TABLE word USING fts5 (
    words, content = '', contentless_delete = 1, detail = none,
    tokenize = "ascii tokenchars '.+#@$%&_'"
);
CREATE TRIGGER article_words AFTER DELETE ON article BEGIN
    DELETE FROM word WHERE rowid = old.id;
END;
