//! The command line as it is typed.

use std::path::PathBuf;

use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};

use super::{
    check::CheckArgs,
    db::DbCommand,
    deliveries::DeliveriesCommand,
    demo::DemoArgs,
    feeds::FeedsCommand,
    manual::{CompletionsArgs, ManArgs},
    rules::RulesCommand,
    silences::SilencesCommand,
    stage::StageCommand,
    stories::StoriesCommand,
};
use crate::worker;

/// A wire desk in a box: watches news feeds, recognises the copies of one story, and sends one
/// mail per rule and story.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the daemon
    Run(ConfigArgs),
    /// Poll what is due, deliver what is due, and exit
    Once(ConfigArgs),
    /// Load everything and print every problem with its place and a fix
    Check(CheckArgs),
    /// See the whole thing at work on this machine, with nothing to set up
    Demo(DemoArgs),
    /// Show feeds, rules, deliveries and problems
    Status(StatusArgs),
    /// Ask the running daemon to load its configuration again
    Reload(ConfigArgs),
    /// Print what the daemon knows, one JSON object a line
    Export(ExportArgs),
    /// Show how an article was read, grouped, matched and told
    Explain(ExplainArgs),
    /// Find the stored articles that a query is true of, in the language of the rules
    Search(SearchArgs),
    /// See what became of messages, and send them again
    #[command(subcommand)]
    Deliveries(DeliveriesCommand),
    /// Try the way messages leave
    #[command(subcommand)]
    Mail(MailCommand),
    /// See how feeds are, try them, find them, and move whole lists of them
    #[command(subcommand)]
    Feeds(FeedsCommand),
    /// Understand the rules and try them
    #[command(subcommand)]
    Rules(RulesCommand),
    /// See which articles are one story, and mend it
    #[command(subcommand)]
    Stories(StoriesCommand),
    /// Hear nothing of a rule, a story or a topic for a while
    #[command(subcommand)]
    Silences(SilencesCommand),
    /// Copy the database, look for damage in it, forget what is too old
    #[command(subcommand)]
    Db(DbCommand),
    /// Print what a shell needs to complete the commands
    Completions(CompletionsArgs),
    /// Write the manual pages of all commands into a folder
    Man(ManArgs),
    /// Run one stage on files, one JSON object a line: for scripts, debugging and measurement
    #[command(subcommand)]
    Stage(StageCommand),
    /// Read pages for the process that started this one
    #[command(name = worker::COMMAND, hide = true)]
    ReadPages,
}

#[derive(Arguments, Clone, Debug)]
pub(crate) struct ConfigArgs {
    /// A TOML file, or a folder whose `*.toml` are read together
    #[arg(short, long, value_name = "PATH", default_value = "/etc/wiredesk")]
    pub(crate) config: PathBuf,
}

#[derive(Arguments, Debug)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing but what must be looked at now, and exit with 69 where there is something: the
    /// daemon does not run, its configuration was refused, or messages are not taken for an hour
    #[arg(long, conflicts_with = "json")]
    pub(crate) check: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Subject {
    /// Articles with their provenance, story and matches
    Articles,
    /// Stories with their carriers
    Stories,
    /// What was told, and why
    Alerts,
    /// Messages and what became of them
    Deliveries,
}

#[derive(Arguments, Debug)]
pub(crate) struct ExportArgs {
    /// What to print
    pub(crate) what: Subject,
    /// Only what is newer: an age such as `30d` or `12h`, or a moment in RFC 3339
    #[arg(long, value_name = "AGE")]
    pub(crate) since: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Arguments, Debug)]
#[command(after_help = "Example: wiredesk explain https://herald.example/2026/vote --rule harbour")]
pub(crate) struct ExplainArgs {
    /// The number of an article, or its address
    pub(crate) article: String,
    /// Ask this rule as it is now, and show which part of it is true, and by which words
    #[arg(long, value_name = "NAME")]
    pub(crate) rule: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Arguments, Debug)]
#[command(after_help = "Example: wiredesk search 'Norland AND title:harbour' --since 30d")]
pub(crate) struct SearchArgs {
    /// What to look for
    pub(crate) query: String,
    /// Only what is newer: an age such as `30d` or `12h`, or a moment in RFC 3339
    #[arg(long, value_name = "AGE")]
    pub(crate) since: Option<String>,
    /// How many stories to show, each by its newest article
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send a test message the way alerts are sent
    Test(MailTestArgs),
    /// Write a message as it would be sent now, without sending it
    Preview(MailPreviewArgs),
}

#[derive(Arguments, Debug)]
#[command(after_help = "Example: wiredesk mail preview harbour --out /tmp/look")]
pub(crate) struct MailPreviewArgs {
    /// The name of a rule, for the newest story that it is true of, or the number of an alert
    #[arg(value_name = "RULE|ALERT")]
    pub(crate) what: String,
    /// Write the HTML, the text and the whole message into this folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// Print the text, and write nothing
    #[arg(long)]
    pub(crate) text: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Arguments, Debug)]
pub(crate) struct MailTestArgs {
    /// Send it there: a mail address, or `webhook:NAME` and the like as `deliveries list` shows it;
    /// to every address and channel of all recipients where it is left out
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}
