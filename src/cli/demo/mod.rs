//! `wiredesk demo`: the real daemon against an invented newsroom on the loopback.

mod setting;
mod verdict;
mod watcher;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use watcher::{PAUSE, Watcher};

use super::{
    Exit,
    open::{self, stop},
    run,
};
use crate::{
    clock::Clock,
    daemon::{self, Daemon},
    demo::{self, Newsroom},
    pipeline::sync::FirstPolls,
    systemd::Notifier,
};

/// The demo fails when it has not come to its end by then.
const DEADLINE: Duration = Duration::from_secs(90);
/// How long after the last mail could have come it looks for one that should not.
const QUIET: Duration = Duration::from_secs(3);

#[derive(clap::Args, Debug)]
pub(crate) struct DemoArgs {
    /// Write configuration, database and mails there; a new folder among the temporary ones
    /// otherwise
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Watch this feed too
    #[arg(long, value_name = "URL")]
    pub(super) feed: Vec<String>,
    /// Match this query too
    #[arg(long, value_name = "QUERY")]
    pub(super) rule: Vec<String>,
    /// Leave everything running until interrupted
    #[arg(long)]
    pub(super) keep: bool,
    /// Show the status pages too, and leave everything running until interrupted
    #[arg(long)]
    pub(super) web: bool,
}

/// Runs the demo; 0 only when exactly the expected mails are there.
pub(super) fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    let out = setting::folder(args.out.as_deref())?;
    open::block_on(play(args, out))
}

#[expect(clippy::print_stdout, reason = "the demo speaks to the person at the terminal")]
async fn play(args: &DemoArgs, out: PathBuf) -> anyhow::Result<Exit> {
    let clock = Clock::System;
    let newsroom = Newsroom::bind(clock).await.context("opening the newsroom on the loopback")?;
    let counters = newsroom.counters();
    let config = setting::write(&out, newsroom.address(), args)?;
    println!(
        "A newsroom on http://{} and this configuration, {}:\n",
        newsroom.address(),
        config.display()
    );
    println!("{}", std::fs::read_to_string(&config)?);
    let live = open::load(&config)?;
    let _lock = run::lock(&live)?;
    let mails = live.data.join("mail");
    let web = run::pages(&live).await?;
    if let Some(web) = &web {
        println!("The status pages are at {}\n", web.place());
    }
    let (context, orders) = open::context(open::open(&live)?, live).await?;
    daemon::take_over(&context, FirstPolls::AtOnce).await.context("preparing the store")?;
    let daemon = Daemon {
        context: context.clone(),
        orders,
        config,
        reload: Arc::new(Notify::new()),
        manager: Notifier::default(),
        web,
    };
    let ended = CancellationToken::new();
    let watch = async {
        let watched = watch(&context, args).await;
        ended.cancel();
        watched
    };
    let (served, ending, watched) =
        tokio::join!(newsroom.serve(ended.clone()), daemon::run(daemon, ended.cancelled()), watch);
    served.context("serving the newsroom")?;
    let faults = watched?;
    let pages = verdict::write_pages(&mails)?;
    println!("\n{} requests answered in full, {} with 304.", counters.full(), counters.unchanged());
    println!("The mails, as .eml and .html:");
    for page in &pages {
        println!("  {}", page.display());
    }
    if ending != daemon::Ending::Orderly {
        return Err(stop(
            Exit::Software,
            format!("the daemon ended otherwise than asked: {ending:?}"),
        ));
    }
    if !faults.is_empty() {
        return Err(stop(
            Exit::Software,
            format!("not what was expected:\n  {}", faults.join("\n  ")),
        ));
    }
    println!("\nExactly the expected mails are there. To play on: wiredesk demo --keep");
    Ok(Exit::Ok)
}

/// Tells what happens until everything that should has, and judges it.
async fn watch(context: &crate::pipeline::Context, args: &DemoArgs) -> anyhow::Result<Vec<String>> {
    let started = tokio::time::Instant::now();
    let last_mail = demo::last_revealed() + demo::WAIT + QUIET;
    let mut watcher = Watcher::default();
    loop {
        let due = watcher.tell_news(context).await?;
        let elapsed = started.elapsed();
        if (elapsed > last_mail && due == 0) || elapsed > DEADLINE {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    let faults = verdict::judge(context).await?;
    if args.keep || args.web {
        watcher.keep_telling(context).await?;
    }
    Ok(faults)
}
