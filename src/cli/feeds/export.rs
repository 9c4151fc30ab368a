//! `wiredesk feeds export`: the feeds as OPML 2.0, for other readers and for `feeds import`.

use std::{collections::BTreeMap, sync::Arc};

use quick_xml::escape::escape;
use url::Url;

use super::print;
use crate::{
    cli::{Exit, args::ConfigArgs, open},
    clock::Clock,
    model::FeedSpec,
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk feeds export > feeds.opml")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Prints the feeds that are polled and have an address on the web, in groups by their first tag.
pub(super) fn run(args: &ExportArgs) -> anyhow::Result<Exit> {
    let live = open::load(&args.config.config)?;
    let made = Clock::System.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    print(&opml(live.feeds.values(), &made))?;
    Ok(Exit::Ok)
}

fn opml<'a>(feeds: impl Iterator<Item = &'a Arc<FeedSpec>>, made: &str) -> String {
    let mut groups: BTreeMap<Option<&str>, Vec<String>> = BTreeMap::new();
    for feed in feeds {
        let Some(url) = public(&feed.url) else { continue };
        let (name, url) = (escape(feed.name.as_str()), escape(&*url));
        let tags: Vec<_> = feed.tags.iter().map(|tag| format!("/{}", escape(tag))).collect();
        let category = match tags.join(",") {
            tags if tags.is_empty() => tags,
            tags => format!(" category=\"{tags}\""),
        };
        groups.entry(feed.tags.first().map(String::as_str)).or_default().push(format!(
            "<outline type=\"rss\" text=\"{name}\" title=\"{name}\" xmlUrl=\"{url}\"{category}/>\n"
        ));
    }
    let groups = groups.into_iter().map(|(group, outlines)| match group {
        None => format!("    {}", outlines.join("    ")),
        Some(group) => {
            let (group, outlines) = (escape(group), outlines.join("      "));
            format!(
                "    <outline text=\"{group}\" title=\"{group}\">\n      {outlines}    </outline>\n"
            )
        }
    });
    let body: String = groups.collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    \
         <title>Feeds of Wiredesk</title>\n    <dateCreated>{made}</dateCreated>\n  </head>\n  <body>\n\
         {body}  </body>\n</opml>\n"
    )
}

/// An address as it may be handed on: of the web, without user and password.
fn public(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok().filter(|url| url.has_host())?;
    if url.username().is_empty() && url.password().is_none() {
        return Some(address.to_owned());
    }
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    Some(url.into())
}
