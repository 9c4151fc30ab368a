//! Feeds in a folder, each there as a whole or not at all.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::mail::{MailError, NextStep, Receipt};

/// Writes each feed under its rule's name, as `RULE.atom`. A feed that says the same already is
/// left alone.
pub async fn write(folder: PathBuf, feeds: BTreeMap<String, String>) -> Result<Receipt, MailError> {
    let shown = folder.display().to_string();
    let written = tokio::task::spawn_blocking(move || {
        fs::create_dir_all(&folder)?;
        feeds.iter().try_for_each(|(rule, feed)| replace(&folder, rule, feed))
    });
    match written.await.unwrap_or_else(|lost| Err(io::Error::other(lost))) {
        Ok(()) => Ok(Receipt { reply: format!("written into {shown}") }),
        Err(fault) => {
            Err(MailError::new(NextStep::Operator, format!("writing into `{shown}`: {fault}"))
                .at("writing"))
        }
    }
}

fn replace(folder: &Path, rule: &str, feed: &str) -> io::Result<()> {
    let name = format!("{rule}.atom");
    let file = folder.join(&name);
    if fs::read(&file).is_ok_and(|there| there == feed.as_bytes()) {
        return Ok(());
    }
    let unfinished = folder.join(format!(".{name}"));
    let mut out = File::create(&unfinished)?;
    out.write_all(feed.as_bytes())?;
    out.sync_all()?;
    fs::rename(&unfinished, &file)?;
    File::open(folder)?.sync_all()
}
