//! Judges what came out of the demo against what must, and makes the mails readable.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use mail_parser::MessageParser;

use super::watcher;
use crate::{
    demo,
    pipeline::Context,
    store::{AlertRow, ArticleRow},
};

/// One mail as the newsroom's table and the store both can say it: the rule, why, whose story, and
/// who carried it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Told {
    reason: String,
    carriers: Vec<String>,
}

/// Every difference between the mails that must be there and those that are.
pub(super) async fn judge(context: &Context) -> anyhow::Result<Vec<String>> {
    let (articles, alerts, deliveries) = watcher::everything(context).await?;
    let expected = demo::expected();
    let mut wanted: Vec<_> = expected
        .mails
        .iter()
        .map(|mail| {
            told(mail.reason, mail.carriers.iter().map(|name| (*name).to_owned()).collect())
        })
        .collect();
    let mut found: Vec<_> = deliveries
        .iter()
        .filter(|delivery| delivery.state == "sent")
        .flat_map(|delivery| alerts.iter().filter(|alert| delivery.alerts.contains(&alert.id)))
        .filter(|alert| alert.rule.as_str() == "dorvistan-rampart")
        .map(|alert| told(alert.reason.kind(), carriers(alert, &articles)))
        .collect();
    wanted.sort();
    found.sort();
    let mut faults = Vec::new();
    faults.extend(
        wanted.iter().filter(|mail| !found.contains(mail)).map(|mail| format!("missing: {mail}")),
    );
    faults.extend(
        found
            .iter()
            .filter(|mail| !wanted.contains(mail))
            .map(|mail| format!("not expected: {mail}")),
    );
    if faults.is_empty() && found.len() != wanted.len() {
        faults.push(format!("{} mails instead of {}", found.len(), wanted.len()));
    }
    faults.extend(deliveries.iter().filter(|delivery| delivery.state != "sent").map(|delivery| {
        format!(
            "not sent: {}: {}",
            delivery.message_id,
            delivery.last_error.as_deref().unwrap_or(&delivery.state)
        )
    }));
    let credited = articles.iter().any(|row| row.origin == expected.agency.id);
    if !credited {
        faults.push(format!("nothing is credited to {}", expected.agency.name));
    }
    Ok(faults)
}

fn told(reason: &str, mut carriers: Vec<String>) -> Told {
    carriers.sort();
    carriers.dedup();
    Told { reason: reason.to_owned(), carriers }
}

fn carriers(alert: &AlertRow, articles: &[ArticleRow]) -> Vec<String> {
    articles
        .iter()
        .filter(|row| row.story == alert.story)
        .map(|row| row.article.publisher.clone())
        .collect()
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "a mail because of `{}` about what was carried by {}",
            self.reason,
            self.carriers.join(", ")
        )
    }
}

/// Writes the HTML part of every mail beside it, for a browser.
pub(super) fn write_pages(mails: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(mails).with_context(|| format!("listing {}", mails.display()))? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "eml") {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let message =
            MessageParser::default().parse(&bytes).context("a mail of ours is not a message")?;
        let html = message.body_html(0).context("a mail of ours has no HTML part")?;
        fs::write(path.with_extension("html"), html.as_bytes())?;
        pages.push(path);
    }
    pages.sort();
    Ok(pages)
}
