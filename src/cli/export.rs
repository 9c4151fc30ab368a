//! `wiredesk export`: what the daemon knows, one JSON object a line.

use std::io::{self, BufWriter, Write};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    Exit,
    args::{ExportArgs, Subject},
    json,
    open::{self, stop},
};
use crate::{
    clock::Clock,
    store::{ReadTx, StoreError},
    view::versions,
};

/// Prints articles, stories, alerts or deliveries.
pub(super) fn run(args: &ExportArgs) -> anyhow::Result<Exit> {
    let since = match &args.since {
        Some(age) => moment(age, Clock::System.now())?,
        None => Timestamp::MIN,
    };
    let store = open::open_for_reading(&args.config.config)?;
    let what = args.what;
    let written =
        open::block_on(async move { Ok(store.read(move |tx| Ok(write(tx, what, since))).await?) })?;
    match written {
        Ok(()) => Ok(Exit::Ok),
        // Whoever reads has enough, for instance `head`.
        Err(WriteError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Err(WriteError::Output(error)) => {
            Err(stop(Exit::Io, format!("writing to standard output: {error}")))
        }
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

enum WriteError {
    Output(io::Error),
    Store(StoreError),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn write(tx: &ReadTx<'_>, what: Subject, since: Timestamp) -> Result<(), WriteError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut line = |value: &Value| writeln!(out, "{value}");
    match what {
        Subject::Articles => each(tx, since, |tx, row| {
            let matches = tx.matches_of(row.id)?;
            let mut value = json::article(&row, &matches);
            if row.revision > 0 {
                value["versions"] = versions::to_json(&tx.versions(row.id)?).into();
            }
            Ok(line(&value)?)
        })?,
        Subject::Stories => {
            for id in tx.stories_since(since)? {
                if let Some(story) = tx.story(id)? {
                    line(&json::story(&story))?;
                }
            }
        }
        Subject::Alerts => {
            for alert in tx.alerts_since(since)? {
                let silenced = tx.silenced_of(alert.id)?;
                line(&json::alert(&alert, &tx.deliveries_of(alert.id)?, &silenced))?;
            }
        }
        Subject::Deliveries => {
            for delivery in tx.deliveries_since(since)? {
                line(&json::delivery(&delivery))?;
            }
        }
    }
    Ok(out.flush()?)
}

fn each(
    tx: &ReadTx<'_>,
    since: Timestamp,
    mut take: impl FnMut(&ReadTx<'_>, crate::store::ArticleRow) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let mut ended = Ok(());
    tx.each_article(since, |row| {
        ended = take(tx, row);
        ended.is_ok()
    })?;
    ended
}

/// The moment that an age before `now`, or a moment in RFC 3339, names.
pub(super) fn moment(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let age = text.parse::<jiff::Span>().ok().and_then(|span| age(span).ok());
    let moment = age.and_then(|age| now.checked_sub(age).ok());
    moment.ok_or_else(|| {
        stop(
            Exit::Usage,
            format!("`{text}` is neither an age such as `30d` or `12h` nor a moment in RFC 3339"),
        )
    })
}

fn age(span: jiff::Span) -> Result<SignedDuration, jiff::Error> {
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_moments() {
        let now: Timestamp = "2026-03-31T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("30d", "2026-03-01T12:00:00Z"),
            ("12h", "2026-03-31T00:00:00Z"),
            ("1 day", "2026-03-30T12:00:00Z"),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ] {
            assert_eq!(moment(text, now).unwrap().to_string(), expected, "{text}");
        }
        assert!(moment("soon", now).is_err());
    }
}
