//! A secret from a file or a systemd credential; it is never printed.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use secrecy::SecretString;

/// Longer than any password and any list of certificates, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// What the files say that a configuration names, by the names it uses.
pub(super) type Secrets = BTreeMap<String, SecretString>;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// In none of the places.
    #[error("there is no file or credential `{0}`")]
    Missing(String),
    /// There, but not to be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// There, with nothing in it.
    #[error("`{}` is empty", .0.display())]
    Empty(PathBuf),
}

/// Where secrets are looked for, first to last.
#[derive(Clone, Debug)]
pub struct Places(Vec<PathBuf>);

impl Places {
    /// The folder of systemd's credentials, then the folder of the configuration at `path` and
    /// `credentials` within it.
    pub fn new(path: &Path, credentials: Option<PathBuf>) -> Self {
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        let mut places: Vec<_> = credentials.into_iter().collect();
        places.extend([folder.to_owned(), folder.join("credentials")]);
        Self(places)
    }

    /// Reads the secret of that name: the text of the first file there is, without the line end
    /// at its end.
    pub fn find(&self, name: &str) -> Result<SecretString, SecretError> {
        for path in self.candidates(name) {
            match read(&path) {
                Ok(text) => return secret(&text, path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(reason) => return Err(SecretError::Unreadable { path, reason }),
            }
        }
        Err(SecretError::Missing(name.to_owned()))
    }

    /// Where to put it.
    pub(super) fn help(&self, name: &str) -> String {
        let files: Vec<_> =
            self.candidates(name).map(|path| format!("`{}`", path.display())).collect();
        format!("looked for {}", files.join(", "))
    }

    /// `LoadCredential=wiredesk:FOLDER` calls the files of a folder `wiredesk_FILE`.
    fn candidates(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        let loaded = format!("wiredesk_{name}");
        self.0.iter().flat_map(move |folder| [folder.join(name), folder.join(&loaded)])
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn secret(text: &str, path: PathBuf) -> Result<SecretString, SecretError> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(SecretError::Empty(path));
    }
    Ok(SecretString::from(line))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_credential_comes_before_a_file_and_loses_its_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let credentials = folder.path().join("run");
        fs::create_dir(&credentials).unwrap();
        let places = Places::new(&folder.path().join("wiredesk.toml"), Some(credentials.clone()));
        let found = |name| places.find(name).map(|secret| secret.expose_secret().to_owned());

        assert!(matches!(found("smtp"), Err(SecretError::Missing(_))));
        fs::write(folder.path().join("smtp"), "from file\r\n").unwrap();
        assert_eq!(found("smtp").unwrap(), "from file");
        fs::write(credentials.join("wiredesk_smtp"), " from credential \n\n").unwrap();
        assert_eq!(found("smtp").unwrap(), " from credential \n");
        fs::write(credentials.join("smtp"), "\n").unwrap();
        assert!(matches!(found("smtp"), Err(SecretError::Empty(_))));
    }

    #[test]
    fn a_secret_is_not_printed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("smtp"), "hunter2").unwrap();
        let secret = Places::new(folder.path(), None).find("smtp").unwrap();
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
