//! Brings a database file to the schema of this program.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::store::StoreError;

/// Each step brings the schema from its index to the next number (`PRAGMA user_version`).
const STEPS: &[&str] = &[
    include_str!("schema/001.sql"),
    include_str!("schema/002.sql"),
    include_str!("schema/003.sql"),
    include_str!("schema/004.sql"),
    include_str!("schema/005.sql"),
    include_str!("schema/006.sql"),
    include_str!("schema/007.sql"),
];

/// The newest schema this program knows: how many steps there are.
pub(super) const NEWEST: i64 = 7;

/// The schema a file has.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Runs the steps that are missing, all in one transaction.
pub(super) fn migrate(connection: &mut Connection, now: Timestamp) -> Result<(), StoreError> {
    let found = version(connection)?;
    if found > NEWEST {
        return Err(StoreError::Newer { found, known: NEWEST });
    }
    if found == NEWEST {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done = usize::try_from(found).unwrap_or(0);
    for step in STEPS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    if done == 0 {
        let mut instance = [0_u8; 8];
        getrandom::fill(&mut instance)
            .map_err(|error| StoreError::Content(format!("no randomness: {error}")))?;
        let name = format!("{:016x}", u64::from_be_bytes(instance));
        transaction.execute(
            "INSERT INTO meta (key, value) VALUES ('instance', ?1), ('made_at', ?2)",
            (name, now.to_string()),
        )?;
    }
    transaction.execute_batch(&format!("PRAGMA user_version = {NEWEST}"))?;
    transaction.commit()?;
    Ok(())
}

/// Builds the schema of an older program.
#[cfg(test)]
pub(super) fn build(connection: &Connection, steps: usize) {
    for step in &STEPS[..steps] {
        connection.execute_batch(step).unwrap();
    }
    connection.execute_batch(&format!("PRAGMA user_version = {steps}")).unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_schema_is_the_last_step() {
        assert_eq!(usize::try_from(NEWEST), Ok(STEPS.len()));
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&format!("PRAGMA user_version = {}", NEWEST + 1)).unwrap();
        let refused = migrate(&mut connection, Timestamp::UNIX_EPOCH);
        assert!(matches!(refused, Err(StoreError::Newer { found, .. }) if found == NEWEST + 1));
    }

    /// A file as the first program left it: two stories of an article each, which are linked.
    fn first_file() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection
            .execute_batch(
                "PRAGMA user_version = 1;
                 INSERT INTO feed (id, name, url, host, due_at) VALUES (1, 'post', '', '', 0);
                 INSERT INTO story (id, opened_at, last_seen, lead) VALUES (1, 0, 0, 1), (2, 0, 0, 2);
                 INSERT INTO article (feed, title, text, authors, categories, publisher, seen_at,
                     revised_at, words, item_hash, text_hash, origin, provenance, story, relation)
                 SELECT 1, 'Crane falls', '', '[]', '[]', '', 0, 0, 0, 0, 0, '', '{}', id, 'lead' FROM story;
                 INSERT INTO story_link VALUES (1, 2, 0.4), (2, 1, 0.4);",
            )
            .unwrap();
        connection
    }

    #[test]
    fn articles_of_an_older_program_wait_for_the_index() {
        let mut connection = first_file();
        migrate(&mut connection, Timestamp::UNIX_EPOCH).unwrap();
        let waiting = "SELECT count(*) FROM article WHERE searchable = 0";
        let waiting: i64 = connection.query_row(waiting, [], |row| row.get(0)).unwrap();
        assert_eq!((waiting, version(&connection).unwrap()), (2, NEWEST));
    }

    #[test]
    fn stories_that_an_older_program_linked_are_linked_by_their_first_articles() {
        let mut connection = first_file();
        migrate(&mut connection, Timestamp::UNIX_EPOCH).unwrap();
        let links =
            "SELECT group_concat(article || '-' || other || ' ' || similarity) FROM article_link";
        let links: String = connection.query_row(links, [], |row| row.get(0)).unwrap();
        assert_eq!(links, "2-1 0.4");
    }
}
