//! What sites allow of their pages, asked once a day and kept in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use url::Url;

use super::{Context, InForce};
use crate::{
    fetch::{FetchError, Request, Robots},
    model::{Problem, ProblemKind},
};

/// Sites that are remembered, and the memory that what they allow may take, in bytes.
const MOST_SITES: usize = 1_000;
const MOST_BYTES: usize = 8 << 20;

/// For how long an answer holds (RFC 9309 section 2.4), and for how long a site that does not
/// answer is not asked again.
const A_DAY: Duration = Duration::from_hours(24);
const A_WHILE: Duration = Duration::from_mins(1);

/// What is known of sites, by origin.
#[derive(Debug, Default)]
pub(super) struct Sites(Mutex<BTreeMap<String, Known>>);

#[derive(Clone, Debug)]
struct Known {
    until: Timestamp,
    /// What it allows, or why that is not known: then nothing may be fetched.
    answer: Result<Arc<Robots>, Problem>,
}

impl Sites {
    fn get(&self, origin: &str, now: Timestamp) -> Option<Known> {
        let sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(origin).filter(|known| known.until > now).cloned()
    }

    /// Remembers an answer, and forgets the oldest ones where there are too many.
    fn put(&self, origin: String, known: Known) {
        let mut sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sites.insert(origin, known);
        let size = |known: &Known| known.answer.as_ref().map_or(0, |robots| robots.size());
        let mut bytes: usize = sites.values().map(size).sum();
        while sites.len() > 1 && (sites.len() > MOST_SITES || bytes > MOST_BYTES) {
            let oldest = sites.iter().min_by_key(|(_, known)| known.until);
            let Some(oldest) = oldest.map(|(origin, _)| origin.clone()) else { break };
            bytes -= sites.remove(&oldest).as_ref().map_or(0, size);
        }
    }
}

/// What the site of `url` allows, asked by the way that the feed at `feed` is asked; an error when it cannot say so now.
pub(super) async fn of(
    context: &Context,
    in_force: &InForce,
    url: &str,
    feed: &str,
) -> Result<Arc<Robots>, Problem> {
    let origin =
        Url::parse(url).map(|url| url.origin().ascii_serialization()).map_err(|error| {
            Problem::new(ProblemKind::Refused, format!("the address cannot be read: {error}"))
        })?;
    if let Some(known) = context.robots.get(&origin, context.clock.now()) {
        return known.answer;
    }
    let request = Request {
        url: format!("{origin}/robots.txt"),
        feed: Some(feed.to_owned()),
        ..Request::default()
    };
    let answer = match in_force.fetcher.get(&request).await {
        Ok(reply) => Ok(Robots::parse(&reply.body, &in_force.live.fetch.user_agent)),
        Err(error) if says_nothing(&error) => Ok(Robots::default()),
        Err(FetchError { problem, .. }) => {
            Err(Problem::new(problem.kind, format!("robots.txt: {}", problem.detail)))
        }
    };
    let answer = answer.map(Arc::new);
    let now = context.clock.now();
    let until = now + if answer.is_ok() { A_DAY } else { A_WHILE };
    context.robots.put(origin, Known { until, answer: answer.clone() });
    answer
}

/// Whether a failure means that everything is allowed: there is no such file, or no way to it (RFC
/// 9309 section 2.3.1.3), in contrast to a site that is out of order.
fn says_nothing(error: &FetchError) -> bool {
    error.problem.kind == ProblemKind::Redirect
        || error.status.is_some_and(|status| status < 500 && status != 429)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_answers_are_forgotten_first() {
        let sites = Sites::default();
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let known = |until: i64, rules: usize| Known {
            until: at(until),
            answer: Ok(Arc::new(Robots::parse(
                format!("User-agent: *\n{}", "Disallow: /0123456789\n".repeat(rules)).as_bytes(),
                "Wiredesk",
            ))),
        };
        for number in 0..=MOST_SITES {
            sites.put(number.to_string(), known(1_000 + i64::try_from(number).unwrap(), 0));
        }
        assert!(sites.get("0", at(0)).is_none());
        assert!(sites.get("1", at(0)).is_some());
        assert!(sites.get("1", at(1_001)).is_none(), "its day is over");

        for number in 0..40 {
            sites.put(format!("large {number}"), known(5_000 + number, 20_000));
        }
        let size: usize = sites
            .0
            .lock()
            .unwrap()
            .values()
            .filter_map(|k| Some(k.answer.as_ref().ok()?.size()))
            .sum();
        assert!(size <= MOST_BYTES, "{size}");
        assert!(sites.get("large 39", at(0)).is_some());
    }
}
