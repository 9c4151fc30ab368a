//! Copies the file while it is in use, and looks for damage.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};
use tokio::task::spawn_blocking;

use super::{ReadTx, Store, StoreError, open_reader};

/// Faults that are told of a damaged file; there may be thousands.
const MOST_FAULTS: usize = 20;

impl Store {
    /// Writes a copy of everything that is stored now into a new file, beside all that goes on, and
    /// reads the copy through. The file has its name only when it is whole. Returns its bytes.
    pub async fn backup(&self, to: PathBuf) -> Result<u64, StoreError> {
        let path = self.path.clone();
        let copied = spawn_blocking(move || copy(&open_reader(&path)?, &to));
        copied.await.unwrap_or(Err(StoreError::Panicked))
    }

    /// Reads the whole file and says what is wrong with it; nothing, as a rule.
    pub async fn faults(&self) -> Result<Vec<String>, StoreError> {
        let path = self.path.clone();
        let read = spawn_blocking(move || {
            let connection = open_reader(&path)?;
            let mut faults = integrity(&connection, "integrity_check")?;
            let mut orphans = connection.prepare("PRAGMA foreign_key_check")?;
            let orphans = orphans.query_map((), |row| {
                let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                Ok(format!("a row of `{table}` refers to one of `{parent}` that is not there"))
            })?;
            for orphan in orphans.take(MOST_FAULTS) {
                faults.push(orphan?);
            }
            Ok(faults)
        });
        read.await.unwrap_or(Err(StoreError::Panicked))
    }
}

/// How large the file is, in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    /// All of it, without the write-ahead log.
    pub bytes: u64,
    /// Of them, what is free and is used again before the file grows.
    pub free: u64,
}

impl ReadTx<'_> {
    /// How large the file is.
    pub fn size(&self) -> Result<Size, StoreError> {
        let number = |pragma: &str| {
            self.db.query_row(&format!("PRAGMA {pragma}"), (), |row| row.get::<_, u64>(0))
        };
        let page = number("page_size")?;
        Ok(Size { bytes: page * number("page_count")?, free: page * number("freelist_count")? })
    }
}

/// Copies the database of a connection into a new file that nobody else may read.
pub(super) fn copy(connection: &Connection, to: &Path) -> Result<u64, StoreError> {
    let part = with_ending(to, ".part");
    let copied = copy_into(connection, &part).and_then(|bytes| {
        let named = fs::rename(&part, to).and_then(|()| match to.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => File::open(".")?.sync_all(),
        });
        named.map_err(|error| unwritten(to, error))?;
        Ok(bytes)
    });
    if copied.is_err() {
        // What is left of it is no backup; that it cannot be removed changes nothing.
        drop(fs::remove_file(&part));
    }
    copied
}

fn copy_into(connection: &Connection, part: &Path) -> Result<u64, StoreError> {
    let failed = |error: io::Error| unwritten(part, error);
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => (),
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part);
    let file = file.map_err(failed)?;
    let name = part.to_str().ok_or_else(|| {
        failed(io::Error::new(io::ErrorKind::InvalidInput, "the name is not in UTF-8"))
    })?;
    connection.execute("VACUUM INTO ?1", [name])?;
    file.sync_all().map_err(failed)?;
    let made = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match integrity(&made, "quick_check")?.into_iter().next() {
        Some(fault) => Err(StoreError::Content(fault)),
        None => Ok(file.metadata().map_err(failed)?.len()),
    }
}

/// What a check of SQLite says against a file.
fn integrity(connection: &Connection, check: &str) -> Result<Vec<String>, StoreError> {
    let mut rows = connection.prepare(&format!("PRAGMA {check}({MOST_FAULTS})"))?;
    let rows = rows.query_map((), |row| row.get(0))?;
    let mut faults: Vec<String> = rows.collect::<Result<_, _>>()?;
    faults.retain(|fault| fault != "ok");
    Ok(faults)
}

/// The name with an ending behind whatever ending it has.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn unwritten(path: &Path, source: io::Error) -> StoreError {
    StoreError::Backup { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use jiff::Timestamp;

    use super::{super::schema, *};

    #[test]
    fn what_an_older_program_wrote_is_kept_before_it_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("wiredesk.db");
        let old = Connection::open(&file).unwrap();
        schema::build(&old, 5);
        old.execute("INSERT INTO meta (key, value) VALUES ('kept', 'yes')", ()).unwrap();
        drop(old);

        Store::open(&file, Timestamp::UNIX_EPOCH).unwrap();
        let kept = folder.path().join("wiredesk.db.schema-5");
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
        let (new, kept) = (Connection::open(&file).unwrap(), Connection::open(&kept).unwrap());
        assert_eq!(
            (schema::version(&kept).unwrap(), schema::version(&new).unwrap()),
            (5, schema::NEWEST)
        );
        for database in [&new, &kept] {
            let query = "SELECT value FROM meta WHERE key = 'kept'";
            let value: String = database.query_row(query, (), |row| row.get(0)).unwrap();
            assert_eq!(value, "yes");
        }
        let names = fs::read_dir(folder.path()).unwrap().count();
        Store::open(&file, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), names, "once is enough");
    }

    #[test]
    fn a_schema_that_cannot_be_kept_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("wiredesk.db");
        schema::build(&Connection::open(&file).unwrap(), 5);
        // A folder that is not empty cannot be replaced by a file, whoever asks.
        fs::create_dir_all(folder.path().join("wiredesk.db.schema-5/x")).unwrap();
        let refused = Store::open(&file, Timestamp::UNIX_EPOCH).unwrap_err();
        assert!(matches!(&refused, StoreError::Backup { .. }) && refused.is_fatal(), "{refused}");
        assert_eq!(schema::version(&Connection::open(&file).unwrap()).unwrap(), 5);
        assert!(!folder.path().join("wiredesk.db.schema-5.part").exists());
    }
}
