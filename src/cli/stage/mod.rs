//! One stage of the pipeline on files: the daemon's own code, one JSON object a line.

mod attribute;
mod cluster;
mod extract;
mod lines;
mod matching;
mod parse;
mod queries;

use clap::Subcommand;

pub(super) use lines::read;
pub(super) use queries::check_queries;

use super::Exit;

#[derive(Debug, Subcommand)]
pub(crate) enum StageCommand {
    /// Read feed or wire documents; print their items
    Parse(parse::ParseArgs),
    /// Read article pages; print the article of each
    Extract(extract::ExtractArgs),
    /// Read articles; print whose text each is, and what says so
    Attribute(attribute::AttributeArgs),
    /// Read articles in order of arrival; print the story each belongs to
    Cluster(cluster::ClusterArgs),
    /// Read articles; print which rules are true of each, and why
    Match(matching::MatchArgs),
}

pub(crate) fn run(command: StageCommand) -> anyhow::Result<Exit> {
    match command {
        StageCommand::Parse(args) => parse::run(&args),
        StageCommand::Extract(args) => extract::run(&args),
        StageCommand::Attribute(args) => attribute::run(&args),
        StageCommand::Cluster(args) => cluster::run(&args),
        StageCommand::Match(args) => matching::run(&args),
    }
}
