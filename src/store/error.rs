//! Why the store could not do as asked, and whether it can go on.

use std::path::PathBuf;

/// Why the store could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or created.
    #[error("opening the database {path}", path = path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file was written by a newer program.
    #[error(
        "the database has schema {found} and this program knows {known}: install the newer program again, or restore a backup"
    )]
    Newer {
        /// Its schema.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// A copy of the file cannot be made.
    #[error("keeping a copy of the database in {path}", path = path.display())]
    Backup {
        /// The copy.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another process holds the file for longer than we wait.
    #[error("the database is busy")]
    Busy(#[source] rusqlite::Error),
    /// The disk is full.
    #[error("the disk is full: free some space, nothing that was promised is lost")]
    Full(#[source] rusqlite::Error),
    /// The file is damaged.
    #[error("the database is damaged: restore a backup")]
    Corrupt(#[source] rusqlite::Error),
    /// The database refused.
    #[error("the database refused the statement")]
    Sql(#[source] rusqlite::Error),
    /// A row holds what this program never writes.
    #[error("the database holds what cannot be read: {0}")]
    Content(String),
    /// The job panicked; its transaction was rolled back.
    #[error("a task panicked while it used the database; nothing of it was kept")]
    Panicked,
}

impl StoreError {
    /// Whether nothing useful can be done before a person helps.
    pub fn is_fatal(&self) -> bool {
        matches!(
            self,
            Self::Open { .. }
                | Self::Newer { .. }
                | Self::Backup { .. }
                | Self::Full(_)
                | Self::Corrupt(_)
        )
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error),
            _ => Self::Sql(error),
        }
    }
}
