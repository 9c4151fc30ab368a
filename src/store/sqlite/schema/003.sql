-- How many independent origins the story had when the alert was made; 0: made before it was noted.
ALTER TABLE alert ADD COLUMN origins INTEGER NOT NULL DEFAULT 0;
