//! Tells what the daemon does while it does it, by looking into its store.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    cli::json,
    pipeline::Context,
    store::{AlertRow, ArticleRow, DeliveryRow},
    story::Relation,
};

/// How often it looks.
pub(super) const PAUSE: Duration = Duration::from_millis(250);

/// Remembers what was told.
#[derive(Debug, Default)]
pub(super) struct Watcher {
    articles: usize,
    revisions: u32,
    alerts: usize,
    sent: usize,
}

impl Watcher {
    /// Tells what is new; returns how many messages are still due.
    #[expect(clippy::print_stdout, reason = "the demo speaks to the person at the terminal")]
    pub(super) async fn tell_news(&mut self, context: &Context) -> anyhow::Result<usize> {
        let (articles, alerts, deliveries) = everything(context).await?;
        for row in articles.iter().skip(self.articles) {
            println!("{:<22} {}", row.article.publisher, row.article.title);
            println!("{:<22}   {}", "", placed(row));
        }
        self.articles = articles.len();
        let revisions = articles.iter().map(|row| row.revision).sum();
        if revisions > self.revisions {
            for row in articles.iter().filter(|row| row.revision > 0) {
                println!("{:<22} {}", row.article.publisher, row.article.title);
                println!(
                    "{:<22}   revision {} of article {}, story {}",
                    "", row.revision, row.id, row.story
                );
            }
        }
        self.revisions = revisions;
        for alert in alerts.iter().skip(self.alerts) {
            println!("→ rule `{}` is told of story {}: {}", alert.rule, alert.story, alert.reason);
        }
        self.alerts = alerts.len();
        let sent: Vec<_> = deliveries.iter().filter(|delivery| delivery.state == "sent").collect();
        for delivery in sent.iter().skip(self.sent) {
            println!("✉ mail {} to {}", delivery.message_id, delivery.address);
        }
        self.sent = sent.len();
        Ok(deliveries.iter().filter(|delivery| delivery.state == "due").count())
    }

    /// Goes on telling until the person interrupts.
    #[expect(clippy::print_stdout, reason = "the demo speaks to the person at the terminal")]
    pub(super) async fn keep_telling(&mut self, context: &Context) -> anyhow::Result<()> {
        println!("\neverything is left running; end it with Ctrl-C");
        loop {
            tokio::select! {
                asked = tokio::signal::ctrl_c() => return Ok(asked?),
                () = tokio::time::sleep(PAUSE) => { self.tell_news(context).await?; }
            }
        }
    }
}

/// All that the store knows; the demo is small.
pub(super) async fn everything(
    context: &Context,
) -> anyhow::Result<(Vec<ArticleRow>, Vec<AlertRow>, Vec<DeliveryRow>)> {
    let read = context.store.read(|tx| {
        let mut articles = Vec::new();
        tx.each_article(Timestamp::MIN, |row| {
            articles.push(row);
            true
        })?;
        Ok((articles, tx.alerts_since(Timestamp::MIN)?, tx.deliveries_since(Timestamp::MIN)?))
    });
    Ok(read.await?)
}

fn placed(row: &ArticleRow) -> String {
    match (row.relation, row.similarity) {
        (Relation::Lead, _) => format!("opens story {}", row.story),
        (relation, Some(similarity)) => format!(
            "joins story {} ({}, {:.0} % of the shorter text)",
            row.story,
            json::relation(relation),
            similarity * 100.0
        ),
        (relation, None) => format!("joins story {} ({})", row.story, json::relation(relation)),
    }
}
