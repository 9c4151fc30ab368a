//! `wiredesk deliveries retry`: a message tried again now, with the same bytes.

use std::fmt::Write as _;

use super::show::none;
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        open::{self, stop},
        shown::counted,
        stories::print,
    },
    clock::Clock,
    model::DeliveryId,
    store::RetryVerdict,
};

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example: wiredesk deliveries retry 41\n\nThe daemon sees it within a minute; without one, `wiredesk once` sends it. A message keeps its \
                  Message-ID and every byte, so that mail programs know it again should it have arrived after all."
)]
pub(crate) struct RetryArgs {
    /// The numbers of messages
    #[arg(value_name = "ID", required_unless_present = "all_failed")]
    deliveries: Vec<i64>,
    /// Every message that failed and is still due, and every one that was given up
    #[arg(long, conflicts_with = "deliveries")]
    all_failed: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &RetryArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let now = Clock::System.now();
    let (wanted, all) = (args.deliveries.clone(), args.all_failed);
    let verdicts = open::block_on(async move {
        let written = store.write(move |tx| {
            let ids = if all {
                tx.reader()
                    .troubled_deliveries(jiff::Timestamp::MIN)?
                    .iter()
                    .map(|row| row.id)
                    .collect()
            } else {
                wanted.iter().copied().map(DeliveryId).collect::<Vec<_>>()
            };
            let retry = |id| Ok((id, tx.retry_delivery(id, now)?));
            ids.into_iter().map(retry).collect::<Result<Vec<_>, _>>()
        });
        Ok(written.await?)
    })?;
    if let Some((id, _)) = verdicts.iter().find(|(_, verdict)| verdict.is_none()) {
        return Err(none(*id));
    }
    if let [(id, Some(RetryVerdict::WasSent))] = verdicts.as_slice() {
        return Err(stop(Exit::Data, format!("delivery {id} was sent: nothing is done")));
    }
    let mut out = String::new();
    for (id, verdict) in &verdicts {
        let what = match verdict {
            Some(RetryVerdict::OnItsWay) => "is being tried at this moment",
            Some(RetryVerdict::WasSent) => "was sent: nothing is done",
            Some(RetryVerdict::Due) | None => "is due now",
        };
        // Writing to a string cannot fail.
        let _infallible = writeln!(out, "delivery {id} {what}");
    }
    let due = verdicts.iter().filter(|(_, verdict)| *verdict == Some(RetryVerdict::Due)).count();
    let _infallible = writeln!(out, "{} to be tried again", counted(due, "message"));
    print(&out)
}
