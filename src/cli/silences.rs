//! `wiredesk silences`: what nothing is told of for a while, beside a running daemon or without one.

use std::fmt::Write as _;

use clap::{ArgGroup, Subcommand};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde_json::{Value, json};

use super::{
    Exit,
    args::ConfigArgs,
    json,
    open::{self, stop},
    shown::{counted, one_line},
    stories::print,
};
use crate::{
    clock::Clock,
    config::{self, Live},
    model::{RecipientName, RuleName, SilenceId, StoryId},
    query::{Aliases, suggest::nearest},
    store::{NewSilence, SilenceRow},
};

#[derive(Debug, Subcommand)]
pub(crate) enum SilencesCommand {
    /// Hear nothing of a rule, a story or what a query is true of, until some time
    Add(AddArgs),
    /// Show the silences that are not over, and how many alerts each kept back
    List(ListArgs),
    /// End a silence now
    End(EndArgs),
}

#[derive(clap::Args, Debug)]
#[command(
    group = ArgGroup::new("what").args(["rule", "story", "query"]).required(true).multiple(true),
    group = ArgGroup::new("time").args(["until", "lasts"]).required(true),
    after_help = "Examples:\n  wiredesk silences add --rule harbour --for 3d --note 'strike, known'\n  \
                  wiredesk silences add --query 'Ellaby AND regatta' --recipient desk --until 2027-06-30\n\n\
                  Where several of --rule, --story and --query are given, all must hold. A silence counts from the\n\
                  next alert on; what was promised before is still told. A kill of what was told is told all the\n\
                  same. What was silenced stays so when the silence is over: later copies tell nothing, and what\n\
                  the rule tells again (a correction, another origin, a longer version) is told then."
)]
pub(crate) struct AddArgs {
    /// Alerts of this rule
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Alerts about the story of this number
    #[arg(long, value_name = "ID")]
    story: Option<i64>,
    /// Alerts about stories with an article that this is true of, in the language of the rules
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,
    /// Only for this recipient
    #[arg(long, value_name = "NAME")]
    recipient: Option<String>,
    /// Until this moment in RFC 3339, or to the end of this day in UTC
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// For so long: `3d`, `12h`
    #[arg(long = "for", id = "lasts", value_name = "TIME")]
    lasts: Option<String>,
    /// Why; told with the number of alerts that it kept back
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(clap::Args, Debug)]
pub(crate) struct ListArgs {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk silences end 3")]
pub(crate) struct EndArgs {
    /// The number of the silence
    #[arg(value_name = "ID")]
    silence: i64,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(command: &SilencesCommand) -> anyhow::Result<Exit> {
    match command {
        SilencesCommand::Add(args) => add(args),
        SilencesCommand::List(args) => list(args),
        SilencesCommand::End(args) => end(args),
    }
}

fn add(args: &AddArgs) -> anyhow::Result<Exit> {
    let now = Clock::System.now();
    let until = ends(args, now)?;
    let live = open::load(&args.config.config)?;
    let mut aliases = Aliases::new();
    if let Some(query) = &args.query {
        if open::query(query, &live.aliases).is_none() {
            return Ok(Exit::Config);
        }
        // It means tomorrow what it means today.
        aliases = used(query, &live.aliases);
    }
    let asked = NewSilence {
        rule: args.rule.as_deref().map(|name| rule(&live, name)).transpose()?,
        story: args.story.map(StoryId),
        query: args.query.clone(),
        aliases,
        recipient: args.recipient.as_deref().map(|name| recipient(&live, name)).transpose()?,
        note: args.note.as_deref().map(one_line).filter(|note| !note.is_empty()),
    };
    let store = open::open_for_reading(&args.config.config)?;
    let said = said(&asked);
    let id = open::block_on(async move {
        let added = store.write(move |tx| {
            // Nothing says of a number that is wrong that it is, when it is silent.
            let is_known = match asked.story {
                Some(about) => tx.reader().story(tx.reader().story_of(about)?)?.is_some(),
                None => true,
            };
            if is_known { tx.add_silence(&asked, until, now).map(Some) } else { Ok(None) }
        });
        Ok(added.await?)
    })?;
    let Some(id) = id else {
        let number = args.story.unwrap_or_default();
        return Err(stop(
            Exit::Data,
            format!("there is no story {number}; `wiredesk stories list` shows them"),
        ));
    };
    print(&format!("silence {id}: nothing is told of {said} until {until:.0}\n"))
}

/// When a silence is over.
fn ends(args: &AddArgs, now: Timestamp) -> anyhow::Result<Timestamp> {
    let until = match (&args.until, &args.lasts) {
        (Some(text), _) => config::until(text).ok_or_else(|| {
            format!("`{text}` is neither a day such as 2027-06-30 nor a moment in RFC 3339")
        }),
        (None, Some(text)) => lasts(text)
            .and_then(|time| now.checked_add(time).ok())
            .ok_or_else(|| format!("`{text}` is not a time such as `3d` or `12h`")),
        (None, None) => Err("say when it is over: --for 3d or --until 2027-06-30".to_owned()),
    };
    let until = until.map_err(|why| stop(Exit::Usage, why))?;
    if until <= now {
        return Err(stop(Exit::Usage, format!("{until:.0} has passed: nothing would be silent")));
    }
    Ok(until)
}

fn lasts(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// The rule of that name, which may be one that is not enabled.
fn rule(live: &Live, name: &str) -> anyhow::Result<RuleName> {
    open::rule(live, name).map(|rule| rule.name)
}

fn recipient(live: &Live, name: &str) -> anyhow::Result<RecipientName> {
    let mut names = live.recipients.keys();
    names.find(|known| known.as_str() == name).cloned().ok_or_else(|| {
        let hint = nearest(name, live.recipients.keys().map(RecipientName::as_str))
            .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        stop(Exit::Data, format!("there is no recipient `{name}` in the configuration{hint}"))
    })
}

/// The aliases that a query names, and those that these name.
fn used(query: &str, all: &Aliases) -> Aliases {
    let mut used = Aliases::new();
    let mut texts = vec![query];
    while let Some(text) = texts.pop() {
        for (name, meaning) in all {
            if text.contains(&format!("${name}")) && !used.contains_key(name) {
                used.insert(name.clone(), meaning.clone());
                texts.push(meaning);
            }
        }
    }
    used
}

/// What is silent, and for whom.
fn said(asked: &NewSilence) -> String {
    match &asked.recipient {
        Some(recipient) => format!("{asked} to `{recipient}`"),
        None => asked.to_string(),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let now = Clock::System.now();
    let silences =
        open::block_on(async move { Ok(store.read(move |tx| tx.silences(now)).await?) })?;
    let mut answer = String::new();
    for (silence, alerts) in &silences {
        // Writing to a string cannot fail.
        let _infallible = if args.json {
            writeln!(answer, "{}", to_json(silence, *alerts))
        } else {
            write!(answer, "{}", to_text(silence, *alerts))
        };
    }
    if silences.is_empty() && !args.json {
        answer.push_str("nothing is silent\n");
    }
    print(&answer)
}

fn to_text(silence: &SilenceRow, alerts: u32) -> String {
    let SilenceRow { id, asked, made_at, until } = silence;
    let count = counted(usize::try_from(alerts).unwrap_or(usize::MAX), "alert");
    let note = asked.note.as_ref().map_or_else(String::new, |note| format!("    {note}\n"));
    format!(
        "silence {id}: {}, from {made_at:.0} until {until:.0}, kept back {count}\n{note}",
        said(asked)
    )
}

fn to_json(silence: &SilenceRow, alerts: u32) -> Value {
    let SilenceRow { id, asked, made_at, until } = silence;
    json::present(json!({
        "id": id.0,
        "rule": asked.rule.as_ref().map(RuleName::as_str),
        "story": asked.story.map(|story| story.0),
        "query": asked.query,
        "recipient": asked.recipient.as_ref().map(RecipientName::as_str),
        "note": asked.note,
        "made_at": json::time(*made_at),
        "until": json::time(*until),
        "alerts": alerts,
    }))
}

fn end(args: &EndArgs) -> anyhow::Result<Exit> {
    let id = SilenceId(args.silence);
    let store = open::open_for_reading(&args.config.config)?;
    let now = Clock::System.now();
    let (ended, silence) = open::block_on(async move {
        let ended = store.write(move |tx| Ok((tx.end_silence(id, now)?, tx.reader().silence(id)?)));
        Ok(ended.await?)
    })?;
    match silence {
        Some(silence) if ended => {
            print(&format!("silence {id} is over: {} is told again\n", said(&silence.asked)))
        }
        Some(silence) => {
            Err(stop(Exit::Data, format!("silence {id} was over at {:.0}", silence.until)))
        }
        None => Err(stop(
            Exit::Data,
            format!("there is no silence {id}; `wiredesk silences list` shows them"),
        )),
    }
}
