//! `wiredesk stage cluster`: articles in order of arrival in, the story each belongs to out.

use std::{
    collections::HashMap,
    io::{self, BufWriter, Write},
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::lines::{self, Figures, words, write_line};
use crate::{
    cli::Exit,
    model::{ArticleId, StoryId},
    story::{
        Assignment, Authorship, Evidence, Imprint, Rarity, Relation, Sketch, Subject, Thresholds,
        Window, assign, signed,
    },
};

/// Candidates compared: one is usual, forty were enough on pages full of furniture.
const MOST_CANDIDATES: usize = 40;

#[derive(Args, Debug)]
pub(crate) struct ClusterArgs {
    /// Files to read; standard input where there are none
    files: Vec<PathBuf>,
    /// Also print each pair that was found to be a copy or related
    #[arg(long)]
    pairs: bool,
    /// End with one line of figures on standard error
    #[arg(long)]
    stats: bool,
}

pub(crate) fn run(args: &ClusterArgs) -> anyhow::Result<Exit> {
    let mut desk = Desk::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let exit = lines::each(&args.files, &mut out, arrival, |arrival, loading, out| {
        desk.figures.loading += loading;
        let (line, pairs) = desk.place(&arrival);
        write_line(out, &line)?;
        pairs.iter().filter(|_| args.pairs).try_for_each(|pair| write_line(out, pair))
    })?;
    out.flush().context("writing to standard output")?;
    if args.stats {
        desk.figures.print()?;
    }
    Ok(exit)
}

/// An article as the stage reads it.
struct Arrival {
    id: Rc<Value>,
    publisher: String,
    date: Option<Timestamp>,
    title: String,
    text: String,
}

/// What is remembered for printing of a story that has copies, or that an agency's own item opened;
/// another is named by its article, like its lead.
struct Story {
    id: Rc<Value>,
    lead: Rc<Value>,
    /// Whether the lead is not the agency's own, and when it came: the least leads.
    lead_order: (bool, Timestamp),
}

/// The window and the names that go with it; both forget together.
#[derive(Default)]
struct Desk {
    window: Window,
    thresholds: Thresholds,
    articles: HashMap<ArticleId, Rc<Value>>,
    stories: HashMap<StoryId, Story>,
    arrived: i64,
    at: Option<Timestamp>,
    figures: Figures,
}

impl Desk {
    /// Places an article; its line, and lines for the pairs behind it.
    fn place(&mut self, arrival: &Arrival) -> (Value, Vec<Value>) {
        let at = arrival.date.or(self.at).unwrap_or(Timestamp::UNIX_EPOCH);
        let begun = Instant::now();
        let (credits, authorship) = signed(&Imprint {
            publisher: &arrival.publisher,
            title: &arrival.title,
            text: &arrival.text,
            ..Imprint::default()
        });
        let sketch = Sketch::of(&Subject {
            title: &arrival.title,
            text: &arrival.text,
            publisher: &arrival.publisher,
            at,
            credits: &credits,
        });
        self.forget(at);
        let horizon = earlier(at, self.thresholds.window);
        let candidates = self.window.candidates(&sketch, None, horizon, MOST_CANDIDATES);
        let counts = [self.window.counts()];
        let rarity = Rarity(&counts);
        let assignment = assign(&sketch, &candidates, rarity, &self.thresholds);
        let article = ArticleId(self.arrived);
        let story = match &assignment {
            Assignment::Opens { .. } => StoryId(self.arrived),
            Assignment::Joins { story, .. } => *story,
        };
        self.window.insert(article, story, sketch);
        self.figures.note(begun.elapsed());
        self.arrived += 1;
        self.at = Some(at);
        self.articles.insert(article, Rc::clone(&arrival.id));
        let order = (authorship != Authorship::AgencySite, at);
        (self.line(arrival, order, story, &assignment), self.pairs(arrival, &assignment))
    }

    /// Lets go of what no later article can belong to. One wrong date must not empty the window:
    /// time has passed only when two articles in a row say so.
    fn forget(&mut self, at: Timestamp) {
        let passed = self.at.map_or(at, |before| before.min(at));
        self.window.forget_before(earlier(passed, self.thresholds.window));
        self.window.keep_newest(self.thresholds.articles);
        if self.articles.len() > 1_000 + 2 * self.window.len() {
            let window = &self.window;
            self.articles.retain(|article, _| window.contains(*article));
            self.stories.retain(|story, _| !window.members(*story).is_empty());
        }
    }

    fn line(
        &mut self,
        arrival: &Arrival,
        order: (bool, Timestamp),
        story: StoryId,
        assignment: &Assignment,
    ) -> Value {
        let id = &arrival.id;
        let Assignment::Joins { evidence, .. } = assignment else {
            let (is_agencys_own, lead) = (!order.0, Rc::clone(id));
            if is_agencys_own {
                self.stories.insert(story, Story { id: Rc::clone(id), lead, lead_order: order });
            }
            return json!({"id": **id, "story": **id, "lead": **id, "relation": name(Relation::Lead)});
        };
        self.figures.matches += 1;
        let matched = self.name_of(evidence);
        let known = self.stories.entry(story).or_insert_with(|| {
            // Until now it had one article, which is the one that matched.
            let members = self.window.members(story);
            let first = members.iter().find(|member| member.article == evidence.other);
            let id = Rc::new(matched.clone());
            let lead_order = (true, first.map_or(order.1, |first| first.sketch.at()));
            Story { lead: Rc::clone(&id), id, lead_order }
        });
        if order < known.lead_order {
            known.lead = Rc::clone(id);
            known.lead_order = order;
        }
        json!({
            "id": **id,
            "story": *known.id,
            "lead": *known.lead,
            "relation": name(evidence.relation),
            "similarity": rounded(evidence.similarity),
            "match": matched,
        })
    }

    fn pairs(&self, arrival: &Arrival, assignment: &Assignment) -> Vec<Value> {
        let pair = |evidence: &Evidence, verdict: &str| {
            json!({
                "a": *arrival.id,
                "b": self.name_of(evidence),
                "similarity": rounded(evidence.similarity),
                "verdict": verdict,
            })
        };
        let (copy, related) = match assignment {
            Assignment::Joins { evidence, related, .. } => (Some(evidence), related),
            Assignment::Opens { related } => (None, related),
        };
        let related = related.iter().map(|(_, evidence)| pair(evidence, "related"));
        copy.map(|evidence| pair(evidence, "copy")).into_iter().chain(related).collect()
    }

    fn name_of(&self, evidence: &Evidence) -> Value {
        self.articles.get(&evidence.other).map_or(Value::Null, |id| id.as_ref().clone())
    }
}

fn arrival(fields: &Map<String, Value>) -> anyhow::Result<Arrival> {
    Ok(Arrival {
        id: lines::id(fields)?.into(),
        publisher: words(fields, &["publisher", "source"])?,
        date: date(&words(fields, &["date", "published"])?),
        title: words(fields, &["title"])?,
        text: words(fields, &["text", "body"])?,
    })
}

/// RFC 3339, without zone UTC, or a day; what is none of these is no date.
fn date(written: &str) -> Option<Timestamp> {
    let written = written.trim();
    written.parse().ok().or_else(|| {
        let at: civil::DateTime = written.parse().ok()?;
        TimeZone::UTC.to_timestamp(at).ok()
    })
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

fn name(relation: Relation) -> &'static str {
    match relation {
        Relation::Lead => "lead",
        Relation::Verbatim => "verbatim",
        Relation::Cut => "cut",
        Relation::Rewritten => "rewritten",
        Relation::Revision => "revision",
    }
}

/// Three digits: more would claim a precision that a sample of shingles has not.
fn rounded(similarity: f64) -> Value {
    json!((similarity * 1_000.0).round() / 1_000.0)
}
