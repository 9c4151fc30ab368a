//! What is in force: a configuration and the edges that were built for it, swapped whole.

use crate::{
    config::Live,
    fetch::Fetcher,
    mail::{self, Mailer},
};

/// A configuration with its edges.
#[derive(Debug)]
pub struct InForce {
    /// The configuration.
    pub live: Live,
    /// Gets documents.
    pub fetcher: Fetcher,
    /// Sends messages.
    pub mailer: Mailer,
}

impl InForce {
    /// Builds the edges that a configuration asks for; without `[mail]` messages become files in
    /// the data folder. The error says which edge and why.
    pub fn build(live: Live) -> Result<Self, String> {
        let fetcher = Fetcher::http(live.fetch.clone())
            .map_err(|error| format!("preparing to fetch: {error}"))?;
        let folder = || mail::Settings::Directory(live.data.join("mail"));
        let mailer = Mailer::new(&live.mail.clone().unwrap_or_else(folder))
            .map_err(|error| format!("preparing to send mail: {error}"))?;
        Ok(Self { live, fetcher, mailer })
    }
}
