//! The lock file that lets only one daemon use a data folder.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::Path,
};

/// Held while `run`, `once` or `demo` works on a data folder; the system lets go of it when the
/// process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `data`, which is created when it is missing; `None` when another process
    /// holds it.
    pub fn take(data: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(data)?;
        let mut file =
            File::options().create(true).truncate(false).write(true).open(data.join("lock"))?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.write_all(std::process::id().to_string().as_bytes())?;
                Ok(Some(Self { _file: file }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The process that took the lock last; it may be gone.
    pub fn holder(data: &Path) -> Option<u32> {
        fs::read_to_string(data.join("lock")).ok()?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path()).unwrap();
        assert!(held.is_some());
        assert!(Lock::take(folder.path()).unwrap().is_none());
        assert_eq!(Lock::holder(folder.path()), Some(std::process::id()));
        drop(held);
        assert!(Lock::take(folder.path()).unwrap().is_some());
    }
}
