//! `wiredesk feeds discover`: the feeds of a site, each with a look at it and the TOML that watches it.

use url::Url;

use super::{
    entry::{Entry, Names},
    print,
    probe::Desk,
    report::Probe,
};
use crate::{
    cli::{Exit, args::ConfigArgs, json, open, open::stop},
    clock::Clock,
    fetch::Reply,
    parse::{self, Context},
};

/// Where feeds often are that no page declares.
const USUAL: [&str; 6] = ["/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml"];

/// So many declared feeds are looked at.
const MOST: usize = 12;

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk feeds discover https://www.dawn.com")]
pub(crate) struct DiscoverArgs {
    /// The address of a page of the site
    #[arg(value_name = "URL")]
    page: String,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &DiscoverArgs) -> anyhow::Result<Exit> {
    let desk = Desk::of(&args.config.config)?;
    let found = open::block_on(discover(&desk, &args.page))?;
    let known = Desk::known(&args.config.config);
    let mut names = Names::of(known.iter().map(|(name, _)| name.clone()));
    let mut answers = Vec::new();
    for (title, probe) in &found {
        let url = probe.address();
        let there = known.iter().find(|(_, known)| known == url).map(|(name, _)| name);
        let title = title.as_deref().or(probe.title());
        let toml = match there {
            _ if probe.problem.is_some() => None,
            Some(_) => None,
            None => {
                let name = names.take(title, url);
                let title = title.map(str::to_owned);
                Some(Entry { name, title, url: url.to_owned(), tags: Vec::new() }.to_toml())
            }
        };
        if args.json {
            let mut value = probe.to_json();
            value["toml"] = toml.into();
            value["configured_as"] = there.cloned().into();
            answers.push(format!("{}\n", json::present(value)));
        } else {
            let then = match (toml, there) {
                (Some(toml), _) => format!("\n{toml}\n"),
                (None, Some(name)) => format!("  it is there already as `{name}`\n\n"),
                (None, None) => "\n".to_owned(),
            };
            answers.extend([probe.to_text(), then]);
        }
    }
    print(&answers.concat())?;
    let some = found.iter().any(|(_, probe)| probe.problem.is_none());
    Ok(if some { Exit::Ok } else { Exit::Data })
}

/// The feeds of a page, each with what the page calls it: the page itself where it is one, those
/// that it declares, else those at the usual addresses.
async fn discover(desk: &Desk, page: &str) -> anyhow::Result<Vec<(Option<String>, Probe)>> {
    let wanted = desk.wanted(page);
    let got = desk.get(&wanted).await;
    let got = got.map_err(|error| stop(Exit::Data, format!("{}: {error}", wanted.url)))?;
    let itself = Probe::of(wanted.clone(), Ok(got.clone()), Clock::System.now());
    if itself.problem.is_none() {
        return Ok(vec![(None, itself)]);
    }
    let Reply { body, url, content_type, .. } = got;
    let around = Context { url: Some(&url), content_type: content_type.as_deref() };
    let declared = parse::declared(&body, &around);
    let mut found = Vec::new();
    for feed in declared.iter().take(MOST) {
        let wanted = desk.wanted(&feed.url);
        desk.wait(false, &wanted).await;
        let reply = desk.get(&wanted).await;
        found.push((feed.title.clone(), Probe::of(wanted, reply, Clock::System.now())));
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let base = Url::parse(&url)?;
    for path in USUAL {
        let wanted = desk.wanted(base.join(path)?.as_str());
        desk.wait(false, &wanted).await;
        let reply = desk.get(&wanted).await;
        let probe = Probe::of(wanted, reply, Clock::System.now());
        if probe.problem.is_none() && !probe.items().is_empty() {
            found.push((None, probe));
        }
    }
    if found.is_empty() {
        let message = format!(
            "{url} declares no feed, and there is none at {}; the site may have a page that lists \
             them, or a sitemap of its news",
            USUAL.join(", ")
        );
        return Err(stop(Exit::Data, message));
    }
    Ok(found)
}
