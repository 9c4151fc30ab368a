//! `wiredesk run` and `wiredesk once`.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};

use super::{
    Exit,
    args::ConfigArgs,
    open::{self, stop},
};
use crate::{
    config::{self, Live},
    daemon::{self, Daemon, Ending},
    observe,
    pipeline::{doubts, embargo, sync::FirstPolls, word},
    store::Lock,
    systemd::Notifier,
    web::Bound,
};

/// Takes the data folder for this process.
pub(super) fn lock(live: &Live) -> anyhow::Result<Lock> {
    let taken = Lock::take(&live.data).map_err(|error| {
        stop(Exit::Io, format!("locking the data folder {}: {error}", live.data.display()))
    })?;
    taken.ok_or_else(|| {
        let holder =
            Lock::holder(&live.data).map_or_else(String::new, |pid| format!(" (process {pid})"));
        stop(Exit::TempFail, format!("another wiredesk works in {}{holder}", live.data.display()))
    })
}

/// Runs the daemon until it is told to stop.
pub(super) fn run(args: &ConfigArgs) -> anyhow::Result<Exit> {
    observe::init(observe::Format::Auto, None)?;
    let live = open::load(&args.config)?;
    let _lock = lock(&live)?;
    let store = open::open(&live)?;
    let ending = open::block_on(async {
        let web = pages(&live).await?;
        let (context, orders) = open::context(store, live).await?;
        daemon::take_over(&context, FirstPolls::Spread).await.context("taking over the store")?;
        let reload = Arc::new(Notify::new());
        let manager = Notifier::from_environment().context("finding the service manager")?;
        let daemon = Daemon {
            context,
            orders,
            config: args.config.clone(),
            reload: Arc::clone(&reload),
            manager,
            web,
        };
        let mut asked = signal(SignalKind::hangup())?;
        let (mut term, mut int) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stop = async {
            loop {
                tokio::select! {
                    _ = term.recv() => return,
                    _ = int.recv() => return,
                    _ = asked.recv() => reload.notify_one(),
                }
            }
        };
        // A large archive answers many rules in seconds, which no feed should wait for.
        let asking = daemon.context.clone();
        Ok(tokio::join!(daemon::run(daemon, stop), doubts::tell(&asking)).0)
    })?;
    Ok(match ending {
        Ending::Orderly => Exit::Ok,
        Ending::Fault(_) => Exit::Software,
        Ending::Overdue(_) => Exit::TempFail,
    })
}

/// Takes the place where the status pages are to be; what is in the way ends the command with 74.
pub(super) async fn pages(live: &Live) -> anyhow::Result<Option<Bound>> {
    let Some(web) = &live.web else { return Ok(None) };
    let bound = Bound::take(&web.listen).await;
    bound.map(Some).map_err(|error| stop(Exit::Io, observe::chain(&error)))
}

/// Polls what is due, delivers what is due, and exits.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn once(args: &ConfigArgs) -> anyhow::Result<Exit> {
    observe::init(observe::Format::Auto, None)?;
    let live = open::load(&args.config)?;
    let _lock = lock(&live)?;
    let store = open::open(&live)?;
    open::block_on(async {
        let (context, _orders) = open::context(store, live).await?;
        daemon::take_over(&context, FirstPolls::AtOnce).await.context("taking over the store")?;
        let (polls, mut report) = daemon::poll_round(&context).await.context("polling")?;
        report += daemon::page_round(&context).await.context("fetching pages")?;
        report.alerts += embargo::lift(&context).await.context("lifting embargoes")?.alerts;
        word::tell(&context).await.context("telling the operator")?;
        let delivered = daemon::deliver_round(&context).await.context("delivering")?;
        daemon::index_round(&context, &daemon::Pulse::default()).await.context("indexing")?;
        context.store.close().await.context("closing the store")?;
        println!(
            "polled {polls} feeds: {} new articles, {} revised, {} alerts; {} messages sent, {} not",
            report.new, report.revised, report.alerts, delivered.sent, delivered.failed
        );
        Ok(Exit::Ok)
    })
}

/// Asks the running daemon to load its configuration again, and waits for its verdict.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn reload(args: &ConfigArgs) -> anyhow::Result<Exit> {
    let data = config::data_folder(&args.config);
    let pid = running(&data).ok_or_else(|| {
        stop(
            Exit::TempFail,
            format!("no daemon works in {}: start it with `wiredesk run`", data.display()),
        )
    })?;
    let store = open::open_for_reading(&args.config)?;
    open::block_on(async {
        let before = store.read(|tx| tx.loads()).await?;
        rustix::process::kill_process(pid, rustix::process::Signal::HUP)
            .context("signalling the daemon")?;
        for _ in 0..VERDICT_LOOKS {
            tokio::time::sleep(VERDICT_PAUSE).await;
            let (loads, verdict) = store.read(|tx| Ok((tx.loads()?, tx.last_load()?))).await?;
            let Some(verdict) = verdict.filter(|_| loads > before) else { continue };
            if let Some(report) = verdict.refused {
                return Err(stop(Exit::Config, report));
            }
            println!("configuration {} is in force", verdict.generation);
            return Ok(Exit::Ok);
        }
        Err(stop(Exit::TempFail, "the daemon did not answer within 30 s; see its log"))
    })
}

/// How often, and how far apart, the daemon's verdict is looked for.
const VERDICT_LOOKS: u32 = 300;
const VERDICT_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// The process that works in a data folder.
pub(super) fn running(data: &Path) -> Option<rustix::process::Pid> {
    let held = Lock::take(data).ok()?.is_none();
    let pid = Lock::holder(data).filter(|_| held)?;
    rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)
}
