//! `wiredesk feeds probe`: one look at a feed, before it is watched or because it is.

use std::{collections::BTreeMap, path::Path, time::Duration};

use futures_util::{StreamExt as _, stream};
use url::Url;

use super::{
    print,
    report::{Probe, Wanted},
};
use crate::{
    cli::{Exit, args::ConfigArgs, open, progress::Progress},
    clock::Clock,
    config::{self, Live},
    fetch::{Fetcher, Reply, Request, Settings},
    model::{FeedFormat, Generation},
};

/// Hosts that are asked at the same time.
const HOSTS: usize = 8;

/// The pause between two requests to one host.
const GAP: Duration = Duration::from_secs(1);

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk feeds probe https://www.dawn.com/feeds/home")]
pub(crate) struct ProbeArgs {
    /// The address of a feed, or a file or folder
    #[arg(value_name = "URL|FILE", required_unless_present = "all", conflicts_with = "all")]
    feed: Option<String>,
    /// Look at every feed of the configuration, one line each
    #[arg(long)]
    all: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &ProbeArgs) -> anyhow::Result<Exit> {
    let desk = Desk::of(&args.config.config)?;
    let all = match &args.feed {
        Some(feed) => vec![desk.wanted(feed)],
        None => desk.all(),
    };
    if all.is_empty() {
        let message = format!("{} has no feed that is polled", args.config.config.display());
        return Err(open::stop(Exit::Config, message));
    }
    let probes = open::block_on(async { Ok(desk.probe(all).await) })?;
    let shown = |probe: &Probe| match args {
        ProbeArgs { json: true, .. } => format!("{}\n", probe.to_json()),
        ProbeArgs { all: true, .. } => probe.to_line(),
        _ => probe.to_text(),
    };
    print(&probes.iter().map(shown).collect::<Vec<_>>().concat())?;
    let is_well = probes.iter().all(|probe| probe.problem.is_none());
    Ok(if is_well { Exit::Ok } else { Exit::Data })
}

/// What is configured and how to fetch; a probe needs no configuration.
pub(super) struct Desk {
    live: Option<Live>,
    settings: Settings,
    fetcher: Fetcher,
}

impl Desk {
    /// Loads the configuration, or does without where there is none in its usual place.
    pub(super) fn of(config: &Path) -> anyhow::Result<Self> {
        let usual = Path::new("/etc/wiredesk");
        let live = if config == usual && !config.exists() {
            None
        } else {
            let loaded = config::load(config, Generation(0));
            Some(loaded.map_err(|report| open::stop(Exit::Config, report.to_string()))?.live)
        };
        let settings = live.as_ref().map_or_else(Settings::default, |live| live.fetch.clone());
        let fetcher = Fetcher::http(settings.clone())?;
        Ok(Self { live, settings, fetcher })
    }

    /// What is wanted of an address or path as a person types it; as configured, where it is.
    pub(super) fn wanted(&self, typed: &str) -> Wanted {
        let is_path = typed.starts_with(['/', '.']) || Path::new(typed).exists();
        let path = std::path::absolute(typed).ok().filter(|_| is_path);
        let url = match path {
            Some(path) => path.to_string_lossy().into_owned(),
            None if Url::parse(typed).is_ok_and(|url| url.has_host() || url.scheme() == "file") => {
                typed.to_owned()
            }
            None => format!("https://{typed}"),
        };
        let configured = self.all().into_iter().find(|wanted| wanted.url == url);
        configured.unwrap_or_else(|| Wanted {
            allowed: self.settings.allows(&url),
            url,
            name: None,
            format: FeedFormat::Any,
            interval: None,
        })
    }

    fn all(&self) -> Vec<Wanted> {
        let feeds = self.live.iter().flat_map(|live| live.feeds.values());
        let wanted = feeds.map(|spec| Wanted {
            url: spec.url.clone(),
            name: Some(spec.name.to_string()),
            format: spec.format,
            interval: spec.interval,
            allowed: self.settings.allows(&spec.url),
        });
        wanted.collect()
    }

    /// Looks at all of them, one after the other at each host, and gives them in their order.
    async fn probe(&self, all: Vec<Wanted>) -> Vec<Probe> {
        let progress = std::sync::Mutex::new(Progress::new("feeds", all.len() as u64));
        let mut hosts: BTreeMap<String, Vec<(usize, Wanted)>> = BTreeMap::new();
        for (at, wanted) in all.into_iter().enumerate() {
            let host =
                Url::parse(&wanted.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            hosts.entry(host.unwrap_or_default()).or_default().push((at, wanted));
        }
        let of_host = async |wanted: Vec<(usize, Wanted)>| {
            let mut probes = Vec::new();
            for (at, wanted) in wanted {
                self.wait(probes.is_empty(), &wanted).await;
                let reply = self.get(&wanted).await;
                probes.push((at, Probe::of(wanted, reply, Clock::System.now())));
                if let Ok(mut progress) = progress.lock() {
                    progress.step();
                }
            }
            probes
        };
        let mut probes: Vec<_> =
            stream::iter(hosts.into_values()).map(of_host).buffer_unordered(HOSTS).concat().await;
        probes.sort_by_key(|(at, _)| *at);
        probes.into_iter().map(|(_, probe)| probe).collect()
    }

    /// Waits between two requests to a host that is not the operator's own.
    pub(super) async fn wait(&self, is_first: bool, wanted: &Wanted) {
        if !is_first && !wanted.allowed {
            tokio::time::sleep(GAP).await;
        }
    }

    pub(super) async fn get(&self, wanted: &Wanted) -> Result<Reply, crate::fetch::FetchError> {
        let request = Request { url: wanted.url.clone(), ..Request::default() };
        self.fetcher.feed(&request).await
    }

    /// The names and addresses of the configured feeds, polled or not.
    pub(super) fn known(config: &Path) -> Vec<(String, String)> {
        config::feeds(config).unwrap_or_default()
    }
}
