//! `wiredesk rules list`: every rule with what it found and what asking it costs.

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Write as _},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        json::{present, time},
        open::{self, stop},
        shown::{amount, cut, one_line},
    },
    clock::Clock,
    config::Live,
    model::{RecipientName, RuleName},
    query::{self, Necessary},
    rule::Rule,
    store::{Activity, ReadTx, StoreError},
};

/// How far back findings are counted.
const DAYS: i64 = 30;

/// Most characters of what a rule needs.
const WIDTH: usize = 70;

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk rules list --json")]
pub(crate) struct ListArgs {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A rule with what is known of it.
struct Listed {
    rule: Rule,
    enabled: bool,
    notify: Vec<String>,
    until: Option<Timestamp>,
    activity: Activity,
    /// What must be in an article for the rule to be asked; `None` when it is asked of each.
    needed: Option<Necessary>,
    /// Of how many articles it was to be asked; `None` when that is not known.
    candidates: Option<u64>,
    /// Codes and messages.
    warnings: Vec<String>,
}

/// Prints every rule, also those that are not enabled.
pub(super) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let live = open::load(&args.config.config)?;
    let now = Clock::System.now();
    let rules = if open::has_run(&args.config.config) {
        let store = open::open_for_reading(&args.config.config)?;
        open::block_on(async move { Ok(store.read(move |tx| list(tx, &live, now)).await?) })?
    } else {
        let nothing = BTreeMap::new();
        all(&live).map(|(rule, enabled)| listed(rule, enabled, &live, &nothing)).collect()
    };
    match print(&rules, args.json, now) {
        // Whoever reads has enough, for instance `head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(stop(Exit::Io, format!("writing to standard output: {error}")))
        }
        _ => Ok(Exit::Ok),
    }
}

fn all(live: &Live) -> impl Iterator<Item = (&Rule, bool)> {
    let disabled = live.disabled.iter().map(|rule| (rule, false));
    live.rules.iter().map(|rule| (rule, true)).chain(disabled)
}

fn list(tx: &ReadTx<'_>, live: &Live, now: Timestamp) -> Result<Vec<Listed>, StoreError> {
    let since = now - SignedDuration::from_hours(24 * DAYS);
    let activity = tx.activity(since)?;
    let articles = tx.articles_since(since)?;
    let mut rules = Vec::new();
    for (rule, enabled) in all(live) {
        let mut rule = listed(rule, enabled, live, &activity);
        rule.candidates = match &rule.needed {
            Some(needed) => tx.count_needed(needed, since)?,
            None => Some(articles),
        };
        rules.push(rule);
    }
    Ok(rules)
}

fn listed(
    rule: &Rule,
    enabled: bool,
    live: &Live,
    activity: &BTreeMap<RuleName, Activity>,
) -> Listed {
    let policy = live.policies.get(&rule.name);
    let (_, problems) = query::parse(&rule.query.source, &live.aliases);
    let warning = |problem: &crate::diagnostic::Diagnostic| {
        let code = problem.code.map_or_else(String::new, |code| format!("{code}: "));
        format!("{code}{}", problem.message)
    };
    Listed {
        rule: rule.clone(),
        enabled,
        notify: policy.map_or_else(Vec::new, |policy| {
            policy.notify.iter().map(RecipientName::to_string).collect()
        }),
        until: policy.and_then(|policy| policy.until),
        activity: activity.get(&rule.name).cloned().unwrap_or_default(),
        needed: rule.query.necessary(),
        candidates: None,
        warnings: problems.iter().map(warning).collect(),
    }
}

fn print(rules: &[Listed], as_json: bool, now: Timestamp) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for rule in rules {
        if as_json {
            writeln!(out, "{}", rule.to_json())?;
        } else {
            write!(out, "{}", rule.to_text(now))?;
        }
    }
    if rules.is_empty() && !as_json {
        writeln!(out, "there is no rule")?;
    }
    out.flush()
}

impl Listed {
    fn to_text(&self, now: Timestamp) -> String {
        let state = match self.until {
            _ if !self.enabled => ", not enabled".to_owned(),
            Some(until) if until <= now => format!(", over since {until}"),
            Some(until) => format!(", until {until}"),
            None => String::new(),
        };
        let tells = match self.notify.join(", ") {
            list if list.is_empty() => "tells nobody".to_owned(),
            list => format!("tells {list}"),
        };
        let query = one_line(&self.rule.query.source);
        let found = match (&self.activity, self.activity.last) {
            (Activity { articles, stories, alerts, .. }, Some(last)) => format!(
                "{} in {}, {}; the last seen {}",
                amount(*articles, "article"),
                amount(*stories, "story"),
                amount(*alerts, "alert"),
                last.strftime("%Y-%m-%d %H:%M")
            ),
            (Activity { alerts: 0, .. }, None) => "nothing".to_owned(),
            (Activity { alerts, .. }, None) => amount(*alerts, "alert"),
        };
        let needed = self.needed.as_ref().map_or_else(
            || "every article".to_owned(),
            |needed| format!("articles with {}", cut(&needed.to_string(), WIDTH)),
        );
        let often = self.candidates.map_or_else(String::new, |count| format!(" ({count})"));
        let warnings: Vec<_> =
            self.warnings.iter().map(|warning| format!("    warning {warning}\n")).collect();
        format!(
            "{}{state}: {query}\n    {tells}\n    found in {DAYS} days: {found}\n    asked of \
             {needed}{often}\n{}",
            self.rule.name,
            warnings.concat()
        )
    }

    fn to_json(&self) -> Value {
        let Activity { articles, stories, alerts, last } = self.activity;
        present(json!({
            "name": self.rule.name.as_str(),
            "enabled": self.enabled,
            "until": self.until.map(time),
            "query": &*self.rule.query.source,
            "notify": self.notify,
            "days": DAYS,
            "articles": articles,
            "stories": stories,
            "alerts": alerts,
            "last": last.map(time),
            "needed": self.needed.as_ref().map(Necessary::to_string),
            "candidates": self.candidates,
            "warnings": self.warnings,
        }))
    }
}
