//! Messages as `.eml` files in a folder, each there as a whole or not at all.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use xxhash_rust::xxh3::xxh3_128;

use super::{MailError, NextStep, Outgoing, Receipt};

/// The longest name given to a file before its ending, in bytes: file systems take 255, and the
/// temporary name is a little longer.
const LONGEST_NAME: usize = 180;

/// A folder that takes messages.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    /// One writer at a time, so that a temporary name has one user.
    writing: Arc<Mutex<()>>,
}

impl Directory {
    /// Takes the folder's path; the folder is made when the first message comes.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), writing: Arc::default() }
    }

    /// Writes the message under its Message-ID; the same message again replaces itself.
    pub(super) async fn send(&self, message: &Outgoing) -> Result<Receipt, MailError> {
        let (directory, message) = (self.clone(), message.clone());
        let file = directory.path.join(file_name(&message.message_id));
        let written = tokio::task::spawn_blocking({
            let file = file.clone();
            move || directory.write(&file, &message.bytes)
        })
        .await
        .unwrap_or_else(|lost| Err(io::Error::other(lost)));
        match written {
            Ok(()) => Ok(Receipt { reply: file.display().to_string() }),
            Err(fault) => Err(MailError::new(
                NextStep::Operator,
                format!("writing `{}`: {fault}", file.display()),
            )),
        }
    }

    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        fs::create_dir_all(&self.path)?;
        let mut unfinished = OsString::from(".");
        unfinished.push(file.file_name().unwrap_or_default());
        let unfinished = self.path.join(unfinished);
        let mut out = File::create(&unfinished)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        fs::rename(&unfinished, file)?;
        File::open(&self.path)?.sync_all()
    }
}

/// A file name that says the Message-ID, is safe on any file system, and is another one for every
/// other Message-ID.
fn file_name(message_id: &str) -> String {
    let spelled = |(at, byte): (usize, u8)| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'@' | b'-' | b'_' | b'+' => {
            char::from(byte).to_string()
        }
        b'.' if at > 0 => String::from("."),
        _ => format!("%{byte:02X}"),
    };
    let mut name: String = message_id.bytes().enumerate().map(spelled).collect();
    if name.is_empty() || name.len() > LONGEST_NAME {
        name.truncate(LONGEST_NAME - 33);
        name = format!("{name}-{:032x}", xxh3_128(message_id.as_bytes()));
    }
    name + ".eml"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_id_is_its_own_file_name() {
        assert_eq!(file_name("d41.r1@desk.example"), "d41.r1@desk.example.eml");
        assert_eq!(file_name("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd.eml");
        assert_eq!(file_name("a:b"), "a%3Ab.eml");
    }

    proptest! {
        #[test]
        fn a_file_name_is_safe_and_short(id in any::<String>(), long in 0..40_usize) {
            let id = id.repeat(long);
            let name = file_name(&id);
            prop_assert!(!name.starts_with('.') && !name.contains(['/', '\\', '\0']));
            prop_assert!(name.len() <= LONGEST_NAME + 4);
        }

        #[test]
        fn two_messages_have_two_names(a in ".{0,300}", b in ".{0,300}") {
            prop_assert_eq!(a == b, file_name(&a) == file_name(&b));
        }
    }
}
