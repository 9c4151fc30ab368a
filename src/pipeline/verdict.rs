//! How a poll ended: what is learnt from it, and when the feed is asked again.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::{learned::Learned, sync};
use crate::{
    config::Live,
    model::{FeedSpec, PollOutcome, ProblemKind},
    schedule::{self, Cadence, Gap, Habits, Situation, cadence, rhythm},
    store::{ClaimedFeed, Patience, PollEnd, PollNotes},
};

/// What the verdict is about.
pub(super) struct Poll<'a> {
    pub(super) claimed: &'a ClaimedFeed,
    pub(super) spec: &'a FeedSpec,
    pub(super) live: &'a Live,
    /// How many items were new or printed otherwise.
    pub(super) new_items: u32,
    /// Items may have come and gone unseen before it.
    pub(super) gap: Option<Gap>,
    /// Nobody could be reached.
    pub(super) outage: bool,
    pub(super) started: Timestamp,
    pub(super) now: Timestamp,
}

impl Poll<'_> {
    /// The end of the poll, as it is written down.
    pub(super) fn end(self, learned: Learned) -> PollEnd {
        let (state, started, now) = (&self.claimed.state, self.started, self.now);
        let failed = matches!(learned.outcome, PollOutcome::Failed { .. });
        let failures = match (failed, self.outage) {
            (false, _) => 0,
            (true, true) => state.failures,
            (true, false) => state.failures.saturating_add(1),
        };
        let is_own = self.live.allows(&self.spec.url);
        let cadence = if failed { state.cadence.clone() } else { self.cadence(&learned) };
        let mut habits = state.habits.clone();
        if !failed {
            self.learn(&mut habits, &learned);
        } else if !self.outage {
            habits.note_failure(failures, is_nowhere(&learned.outcome));
        }
        let is_left = state.habits.address(&self.spec.url) != habits.address(&self.spec.url);
        let next = schedule::next_poll(&Situation {
            outcome: &learned.outcome,
            hints: &learned.hints,
            cadence: &cadence,
            interval: self.spec.interval,
            allowed: is_own,
            conditional: learned.validators.etag.is_some()
                || learned.validators.last_modified.is_some(),
            slowed: self.claimed.slowed,
            failures,
            started,
            now,
            seed: sync::seed(self.spec.name.as_str()),
        });
        habits.why = Some(next.why);
        let paces_itself = is_own && self.spec.interval.is_some();
        PollEnd {
            cadence,
            failures,
            next_due: next.at,
            started,
            new_items: self.new_items,
            habits,
            // The address of the configuration is asked before a feed is given up.
            stops: schedule::stops(&learned.outcome) && !is_left,
            outage: self.outage,
            address: learned.peer.clone(),
            gap: self.gap,
            patience: if paces_itself { None } else { patience(&learned) },
            notes: PollNotes { took: now.duration_since(started).unsigned_abs(), ..learned.notes },
            outcome: learned.outcome,
            validators: learned.validators,
        }
    }

    fn cadence(&self, learned: &Learned) -> Cadence {
        let known = &self.claimed.state.cadence;
        // What holds only news says nothing of the size of the document.
        let in_document =
            if learned.partial { known.window_items.unwrap_or(0) } else { learned.notes.items };
        cadence::observe(known, in_document, self.new_items, self.since_success())
    }

    /// Since the feed was last read.
    fn since_success(&self) -> Duration {
        let last = self.claimed.state.last_success;
        last.map_or(Duration::ZERO, |last| self.started.duration_since(last).unsigned_abs())
    }

    /// Learns from a good answer.
    fn learn(&self, habits: &mut Habits, learned: &Learned) {
        let state = &self.claimed.state;
        // Credentials are for the address that they were given for.
        let url = &self.spec.url;
        let is_plain = !has_credentials(url) && self.live.fetch.mark(url) == 0;
        let moved_to = learned.moved_to.as_deref().filter(|_| is_plain);
        habits.note_address(moved_to, self.started);
        habits.first_success.get_or_insert(self.started);
        habits.hints = learned.hints.clone();
        habits.hints.retry_after = None;
        let is_empty = match learned.outcome {
            PollOutcome::Fresh { items } if !learned.partial => {
                items == 0 && state.cadence.window_items.is_some()
            }
            _ => habits.empty > 0,
        };
        habits.empty = if is_empty { habits.empty.saturating_add(1) } else { 0 };
        // The time in which we did not look is nobody's silence; usual ones fade with what is new.
        let (ended, passed) = match (state.last_new, state.last_success) {
            (Some(new), Some(last)) if self.new_items > 0 => {
                let passed = self.started.duration_since(new).unsigned_abs();
                (Some(last.duration_since(new).unsigned_abs()), passed)
            }
            _ => (None, Duration::ZERO),
        };
        let silence = ended.max(learned.silence);
        habits.longest_silence = rhythm::longest(habits.longest_silence, silence, passed);
    }
}

fn has_credentials(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

/// Whether there is nothing to be had at the address that was asked, whoever asks however often.
fn is_nowhere(outcome: &PollOutcome) -> bool {
    use ProblemKind::{Dns, Gone, NotAFeed, NotFound, Unauthorized};
    let kind = outcome.problem().map(|problem| problem.kind);
    matches!(kind, Some(Dns | Gone | NotAFeed | NotFound | Unauthorized))
}

fn patience(learned: &Learned) -> Option<Patience> {
    let problem = learned.outcome.problem()?;
    let is_asked = problem.kind == ProblemKind::Throttled;
    is_asked.then(|| learned.hints.retry_after.map_or(Patience::Unsaid, Patience::For))
}
