//! `wiredesk stories split` and `merge`, beside a running daemon or without one.

use super::print;
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        open::{self, stop},
        shown::counted,
    },
    clock::Clock,
    model::{ArticleId, StoryId},
    pipeline::hand,
    store::{Refused, StoreError, WriteTx},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk stories split 12 40 41")]
pub(crate) struct SplitArgs {
    /// The number of the story
    #[arg(value_name = "STORY")]
    story: i64,
    /// The numbers of the articles to take out of it
    #[arg(value_name = "ARTICLE", required = true)]
    articles: Vec<i64>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk stories merge 12 15")]
pub(crate) struct MergeArgs {
    /// The number of a story
    #[arg(value_name = "STORY")]
    one: i64,
    /// The number of the other; the older of the two keeps its number
    #[arg(value_name = "STORY")]
    other: i64,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn split(args: &SplitArgs) -> anyhow::Result<Exit> {
    let story = StoryId(args.story);
    let mut articles: Vec<_> = args.articles.iter().copied().map(ArticleId).collect();
    articles.sort_unstable();
    articles.dedup();
    let many = counted(articles.len(), "article");
    let thresholds = open::load(&args.config.config)?.story;
    let new = write(&args.config, move |tx| {
        hand::split(tx, story, &articles, &thresholds, Clock::System.now())
    })?;
    print(&format!("story {new}: {many} taken out of story {story}\n"))
}

pub(super) fn merge(args: &MergeArgs) -> anyhow::Result<Exit> {
    let (one, other) = (StoryId(args.one), StoryId(args.other));
    let thresholds = open::load(&args.config.config)?.story;
    let story = write(&args.config, move |tx| {
        hand::merge(tx, one, other, &thresholds, Clock::System.now())
    })?;
    print(&format!("story {story}: story {} is part of it now\n", one.max(other)))
}

fn write(
    config: &ConfigArgs,
    job: impl Fn(&WriteTx<'_>) -> Result<Result<StoryId, Refused>, StoreError> + Send + 'static,
) -> anyhow::Result<StoryId> {
    let store = open::open_for_reading(&config.config)?;
    let done = open::block_on(async move { Ok(store.write(move |tx| job(tx)).await?) })?;
    done.map_err(|why| stop(Exit::Data, why.to_string()))
}
