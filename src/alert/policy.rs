//! Whether a story is worth telling (again), and why.

use std::{cmp::Reverse, fmt};

use jiff::Timestamp;

use super::{Happened, Kill};
use crate::model::{ArticleId, Priority, RuleName, StoryId};

/// A condition on the story that a rule waits for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum When {
    /// Tell at the first match.
    #[default]
    Matched,
    /// Hold the alert until the story has this many independent origins.
    Origins(u32),
}

/// What makes a rule tell of a story again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TellAgain {
    /// The text was killed or withdrawn.
    Kill,
    /// The text was corrected.
    Correction,
    /// At least this many independent origins.
    Origins(u32),
    /// At least 1.5 times the words of the longest version told.
    Longer,
    /// Another headline of the lead.
    Headline,
}

/// What a rule does about a story told in other words than one it told of before.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Related {
    /// An alert of its own, in the thread of the first.
    #[default]
    Thread,
    /// An alert that waits for the recipient's next digest.
    Digest,
    /// Nothing.
    Quiet,
}

/// A rule as far as telling goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The rule's name.
    pub rule: RuleName,
    /// What people call it; the name where absent.
    pub title: Option<String>,
    /// Whom to tell.
    pub notify: Vec<crate::model::RecipientName>,
    /// What to wait for.
    pub when: When,
    /// What to tell again.
    pub tell_again: Vec<TellAgain>,
    /// What to do about related stories.
    pub related: Related,
    /// How urgent what it tells is, 1 (flash) to 9; it goes with each alert.
    pub priority: Option<Priority>,
    /// Until when the rule tells at all.
    pub until: Option<Timestamp>,
}

/// Why an alert is made; its key makes it unique within rule and story.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The first match of the story.
    First,
    /// The text was killed or withdrawn.
    Kill {
        /// By this article.
        article: ArticleId,
        /// In this revision.
        revision: u32,
    },
    /// The text was corrected.
    Correction {
        /// By this article.
        article: ArticleId,
        /// In this revision.
        revision: u32,
    },
    /// The n-th independent origin.
    Origins(u32),
    /// A materially longer version.
    Longer {
        /// Its words.
        words: u32,
    },
    /// Another headline.
    Headline {
        /// Of this article.
        article: ArticleId,
        /// In this revision.
        revision: u32,
    },
}

impl Reason {
    /// The unique key within (rule, story).
    pub fn key(&self) -> String {
        match self {
            Self::First => "first".to_owned(),
            Self::Kill { article, revision } => format!("kill:{article}.{revision}"),
            Self::Correction { article, revision } => format!("correction:{article}.{revision}"),
            Self::Origins(n) => format!("origins:{n}"),
            Self::Longer { words } => format!("longer:{words}"),
            Self::Headline { article, revision } => format!("headline:{article}.{revision}"),
        }
    }

    /// The kind alone: a metric's label.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Kill { .. } => "kill",
            Self::Correction { .. } => "correction",
            Self::Origins(_) => "origins",
            Self::Longer { .. } => "longer",
            Self::Headline { .. } => "headline",
        }
    }

    /// From its key.
    pub fn from_key(key: &str) -> Option<Self> {
        let (kind, rest) = key.split_once(':').unwrap_or((key, ""));
        let version = || {
            let (article, revision) = rest.split_once('.')?;
            Some((ArticleId(article.parse().ok()?), revision.parse().ok()?))
        };
        Some(match kind {
            "first" => Self::First,
            "kill" => version().map(|(article, revision)| Self::Kill { article, revision })?,
            "correction" => {
                version().map(|(article, revision)| Self::Correction { article, revision })?
            }
            "origins" => Self::Origins(rest.parse().ok()?),
            "longer" => Self::Longer { words: rest.parse().ok()? },
            "headline" => {
                version().map(|(article, revision)| Self::Headline { article, revision })?
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first match"),
            Self::Kill { .. } => f.write_str("killed or withdrawn"),
            Self::Correction { .. } => f.write_str("corrected"),
            Self::Origins(n) => write!(f, "{n} independent origins"),
            Self::Longer { words } => write!(f, "a longer version, {words} words"),
            Self::Headline { .. } => f.write_str("another headline"),
        }
    }
}

/// What is known of a story at this moment of the transaction.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoryFacts {
    /// Which story.
    pub story: StoryId,
    /// Independent origins: distinct credited agencies, else publishers.
    pub origins: u32,
    /// Words of its longest version.
    pub words: u32,
    /// An article matches the rule and is not part of a baseline.
    pub eligible: bool,
    /// The rule told of a related story before.
    pub related_told: bool,
    /// The house of its lead took it back.
    pub withdrawn: bool,
}

/// What was told of a story for a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// Why.
    pub reason: Reason,
    /// Words of the longest version then.
    pub words: u32,
    /// Independent origins then.
    pub origins: u32,
}

/// Why nothing is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quiet {
    /// The story was told, and nothing that the rule asks for changed.
    AlreadyTold,
    /// The feed's first poll: it was there before the watch began.
    Baseline,
    /// The rule waits for more origins.
    Waiting,
    /// The rule is quiet about related stories.
    Related,
    /// The story was withdrawn.
    Withdrawn,
    /// The rule's time is over.
    Over,
    /// A person asked for silence.
    Silenced,
}

impl Quiet {
    /// The stable spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyTold => "already_told",
            Self::Baseline => "baseline",
            Self::Waiting => "waiting",
            Self::Related => "related",
            Self::Withdrawn => "withdrawn",
            Self::Over => "over",
            Self::Silenced => "silenced",
        }
    }
}

/// Whether to tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Tell, because of this.
    Notify(Reason),
    /// Tell of the first match, but in the next digest: a related story was told.
    Digest,
    /// Do not, because of this.
    Quiet(Quiet),
}

/// Decides for one rule about one story; the same function for a new match, a late copy, a
/// revision and a kill.
pub fn decide(
    policy: &Policy,
    facts: &StoryFacts,
    told: &[Told],
    happened: &Happened,
    now: Timestamp,
) -> Decision {
    if happened.kill == Kill::Recalled && !told.is_empty() {
        let kill = Reason::Kill { article: happened.article, revision: happened.revision };
        let is_said = told.iter().any(|told| told.reason.key() == kill.key());
        return if is_said { Decision::Quiet(Quiet::AlreadyTold) } else { Decision::Notify(kill) };
    }
    if policy.until.is_some_and(|until| until <= now) {
        return Decision::Quiet(Quiet::Over);
    }
    if told.is_empty() {
        return decide_first(policy, facts, happened);
    }
    let again = |what: &TellAgain| match *what {
        TellAgain::Kill => (happened.kill != Kill::Not)
            .then_some(Reason::Kill { article: happened.article, revision: happened.revision }),
        TellAgain::Correction => happened.correction.then_some(Reason::Correction {
            article: happened.article,
            revision: happened.revision,
        }),
        TellAgain::Origins(n) => {
            let most = told.iter().map(|t| t.origins).max().unwrap_or(0);
            (most < n && n <= facts.origins).then_some(Reason::Origins(n))
        }
        TellAgain::Longer => {
            let longest = told.iter().map(|t| t.words).max().unwrap_or(0);
            (u64::from(facts.words) * 2 >= u64::from(longest) * 3 && facts.words > longest)
                .then_some(Reason::Longer { words: facts.words })
        }
        TellAgain::Headline => happened
            .headline
            .then_some(Reason::Headline { article: happened.article, revision: happened.revision }),
    };
    let moot = |reason: &Reason| facts.withdrawn && !matches!(reason, Reason::Kill { .. });
    let said = |reason: &Reason| told.iter().any(|t| t.reason.key() == reason.key());
    let mut wanted: Vec<_> = policy
        .tell_again
        .iter()
        .filter_map(again)
        .filter(|reason| !said(reason) && !moot(reason))
        .collect();
    wanted.sort_by_key(urgency);
    match wanted.into_iter().next() {
        Some(reason) => Decision::Notify(reason),
        None => Decision::Quiet(Quiet::AlreadyTold),
    }
}

fn decide_first(policy: &Policy, facts: &StoryFacts, happened: &Happened) -> Decision {
    if !facts.eligible {
        return Decision::Quiet(Quiet::Baseline);
    }
    if facts.withdrawn || happened.kill != Kill::Not {
        // A text that was withdrawn before anybody was told of it is not news.
        return Decision::Quiet(Quiet::Withdrawn);
    }
    if let When::Origins(n) = policy.when
        && facts.origins < n
    {
        return Decision::Quiet(Quiet::Waiting);
    }
    match policy.related {
        Related::Quiet if facts.related_told => Decision::Quiet(Quiet::Related),
        Related::Digest if facts.related_told => Decision::Digest,
        _ => Decision::Notify(Reason::First),
    }
}

/// The most urgent comes first; of several numbers of origins, the largest.
fn urgency(reason: &Reason) -> (u8, Reverse<u32>) {
    let rank = match reason {
        Reason::Kill { .. } => 0,
        Reason::Correction { .. } => 1,
        Reason::First => 2,
        Reason::Origins(n) => return (3, Reverse(*n)),
        Reason::Longer { .. } => 4,
        Reason::Headline { .. } => 5,
    };
    (rank, Reverse(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(tell_again: &[TellAgain], related: Related) -> Policy {
        Policy {
            rule: RuleName::new("harbour"),
            title: None,
            notify: Vec::new(),
            when: When::Matched,
            tell_again: tell_again.to_vec(),
            related,
            priority: None,
            until: None,
        }
    }

    fn facts(origins: u32, words: u32) -> StoryFacts {
        let story = StoryId(1);
        let (eligible, related_told, withdrawn) = (true, false, false);
        StoryFacts { story, origins, words, eligible, related_told, withdrawn }
    }

    /// The story was told when it had so many origins and words.
    fn told(origins: u32, words: u32) -> Vec<Told> {
        vec![Told { reason: Reason::First, words, origins }]
    }

    fn nothing() -> Happened {
        let article = ArticleId(7);
        Happened { article, revision: 2, ..Happened::of(article) }
    }

    fn again(tell_again: &[TellAgain], facts: &StoryFacts, happened: &Happened) -> Decision {
        let policy = policy(tell_again, Related::Thread);
        decide(&policy, facts, &told(1, 100), happened, Timestamp::UNIX_EPOCH)
    }

    const ALL: [TellAgain; 6] = [
        TellAgain::Headline,
        TellAgain::Longer,
        TellAgain::Origins(2),
        TellAgain::Origins(3),
        TellAgain::Correction,
        TellAgain::Kill,
    ];

    #[test]
    fn the_most_urgent_of_several_reasons_is_told() {
        let (article, revision) = (ArticleId(7), 2);
        let all = Happened { kill: Kill::Said, correction: true, headline: true, ..nothing() };
        let corrected = Happened { kill: Kill::Not, ..all };
        let retitled = Happened { correction: false, ..corrected };
        for (facts, happened, reason) in [
            (facts(4, 900), all, Reason::Kill { article, revision }),
            (facts(4, 900), corrected, Reason::Correction { article, revision }),
            (facts(4, 900), retitled, Reason::Origins(3)),
            (facts(2, 900), retitled, Reason::Origins(2)),
            (facts(1, 150), retitled, Reason::Longer { words: 150 }),
            (facts(1, 149), retitled, Reason::Headline { article, revision }),
        ] {
            assert_eq!(again(&ALL, &facts, &happened), Decision::Notify(reason));
        }
        let quiet = Decision::Quiet(Quiet::AlreadyTold);
        assert_eq!(again(&ALL, &facts(1, 149), &nothing()), quiet);
        assert_eq!(again(&[], &facts(4, 900), &all), quiet);
        let withdrawn = StoryFacts { withdrawn: true, ..facts(4, 900) };
        assert_eq!(again(&ALL, &withdrawn, &corrected), quiet, "nothing else matters then");
        let kill = Decision::Notify(Reason::Kill { article, revision });
        assert_eq!(again(&ALL, &withdrawn, &all), kill);
    }

    #[test]
    fn a_recall_of_an_agency_is_told_whatever_the_rule_says() {
        let over = Policy { until: Some(Timestamp::UNIX_EPOCH), ..policy(&[], Related::Quiet) };
        let recalled = Happened { kill: Kill::Recalled, ..nothing() };
        let decide = |told: &[Told], happened| {
            decide(&over, &facts(1, 100), told, happened, Timestamp::UNIX_EPOCH)
        };
        let kill = Reason::Kill { article: ArticleId(7), revision: 2 };
        assert_eq!(decide(&told(1, 100), &recalled), Decision::Notify(kill.clone()));
        let again = [told(1, 100), vec![Told { reason: kill, words: 100, origins: 1 }]].concat();
        assert_eq!(decide(&again, &recalled), Decision::Quiet(Quiet::AlreadyTold));
        assert_eq!(decide(&[], &recalled), Decision::Quiet(Quiet::Over), "nobody was told");
    }

    #[test]
    fn a_number_of_origins_is_told_when_it_was_not_reached_before() {
        let policy = policy(&ALL, Related::Thread);
        let decide = |told: &[Told]| {
            decide(&policy, &facts(3, 100), told, &nothing(), Timestamp::UNIX_EPOCH)
        };
        assert_eq!(decide(&told(2, 100)), Decision::Notify(Reason::Origins(3)));
        assert_eq!(decide(&told(3, 100)), Decision::Quiet(Quiet::AlreadyTold));
        let mut known = told(0, 100);
        known.push(Told { reason: Reason::Origins(3), words: 100, origins: 0 });
        assert_eq!(decide(&known), Decision::Notify(Reason::Origins(2)), "of an older program");
    }

    #[test]
    fn a_related_story_is_told_as_the_rule_says() {
        let related = StoryFacts { related_told: true, ..facts(2, 100) };
        for (how, decision) in [
            (Related::Thread, Decision::Notify(Reason::First)),
            (Related::Digest, Decision::Digest),
            (Related::Quiet, Decision::Quiet(Quiet::Related)),
        ] {
            let policy = policy(&ALL, how);
            let decide = |facts| decide(&policy, facts, &[], &nothing(), Timestamp::UNIX_EPOCH);
            assert_eq!(decide(&related), decision);
            assert_eq!(decide(&facts(2, 100)), Decision::Notify(Reason::First));
        }
    }

    #[test]
    fn nothing_is_told_before_its_time_or_after_it() {
        let at = Timestamp::UNIX_EPOCH;
        let waiting = Policy { when: When::Origins(2), ..policy(&ALL, Related::Thread) };
        let over = Policy { until: Some(at), ..policy(&ALL, Related::Thread) };
        let killed = Happened { kill: Kill::Said, ..nothing() };
        let baseline = StoryFacts { eligible: false, ..facts(2, 100) };
        let withdrawn = StoryFacts { withdrawn: true, ..facts(2, 100) };
        for (policy, facts, happened, why) in [
            (&waiting, &facts(1, 100), &nothing(), Quiet::Waiting),
            (&waiting, &facts(2, 100), &killed, Quiet::Withdrawn),
            (&waiting, &withdrawn, &nothing(), Quiet::Withdrawn),
            (&waiting, &baseline, &nothing(), Quiet::Baseline),
            (&over, &facts(2, 100), &nothing(), Quiet::Over),
        ] {
            assert_eq!(decide(policy, facts, &[], happened, at), Decision::Quiet(why));
        }
        let told = decide(&waiting, &facts(2, 100), &[], &nothing(), at);
        assert_eq!(told, Decision::Notify(Reason::First));
    }

    #[test]
    fn a_reason_is_read_from_its_key() {
        let (article, revision) = (ArticleId(7), 2);
        for reason in [
            Reason::First,
            Reason::Kill { article, revision },
            Reason::Correction { article, revision },
            Reason::Origins(3),
            Reason::Longer { words: 900 },
            Reason::Headline { article, revision },
        ] {
            assert_eq!(Reason::from_key(&reason.key()), Some(reason));
        }
        assert_eq!(Reason::from_key("kill:seven"), None);
    }
}
