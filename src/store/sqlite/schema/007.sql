-- Pages: the newest stories that a rule is true of, and how often it is; the newest of an origin.
CREATE INDEX rule_match_rule ON rule_match (rule, article);
CREATE INDEX article_origin ON article (origin);
CREATE INDEX alert_rule ON alert (rule, id);
