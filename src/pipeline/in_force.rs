//! What is in force: a configuration and the edges that were built for it, swapped whole.

use std::sync::Arc;

use crate::{
    config::Live,
    fetch::Fetcher,
    mail::{self, Mailer},
    store::{Store, StoreError},
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

/// The configuration with its rules made fast for the news that is read; on the blocking pool,
/// since large sets take their time.
pub async fn tuned(live: Live, store: &Store) -> Result<Live, StoreError> {
    let tune = store.read(move |tx| {
        let rules = Arc::new(live.rules.tuned(&tx.frequencies()?));
        Ok(Live { rules, ..live })
    });
    tune.await
}
