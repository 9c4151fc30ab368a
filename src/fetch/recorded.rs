//! Answers from a script instead of the network: for tests of the pipeline and for replays.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use super::{FetchError, Reply, Request};
use crate::model::{Problem, ProblemKind, Validators};

/// What is answered at one address, in order.
type Script = VecDeque<Result<Reply, FetchError>>;

/// Scripted answers by address. Clones share the script.
#[derive(Clone, Debug)]
pub struct Recorded {
    scripts: Arc<Mutex<BTreeMap<String, Script>>>,
}

impl Recorded {
    pub(super) fn new(
        answers: impl IntoIterator<Item = (String, Result<Reply, FetchError>)>,
    ) -> Self {
        let mut scripts = BTreeMap::<String, Script>::new();
        for (url, answer) in answers {
            scripts.entry(url).or_default().push_back(answer);
        }
        Self { scripts: Arc::new(Mutex::new(scripts)) }
    }

    /// The next answer of the script; the last one is given for ever, and an address without a
    /// script is not found. A document whose validators the request knows is answered by 304.
    pub(super) fn get(&self, request: &Request) -> Result<Reply, FetchError> {
        let mut scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        let script = scripts.get_mut(&request.url);
        let next = script.and_then(|script| match script.len() {
            0 | 1 => script.front().cloned(),
            _ => script.pop_front(),
        });
        let Some(next) = next else {
            let problem = Problem::new(ProblemKind::NotFound, "the server answered 404");
            return Err(FetchError { status: Some(404), ..problem.into() });
        };
        next.map(|reply| if is_known(&reply, &request.validators) { emptied(reply) } else { reply })
    }
}

/// An entity tag decides alone where there is one (RFC 9110 section 13.1.3).
fn is_known(reply: &Reply, known: &Validators) -> bool {
    let Validators { etag, last_modified, .. } = &reply.validators;
    match (etag, &known.etag) {
        (Some(etag), Some(known)) => etag == known,
        _ => last_modified.is_some() && *last_modified == known.last_modified,
    }
}

fn emptied(reply: Reply) -> Reply {
    Reply { status: 304, body: Vec::new(), truncated: false, ..reply }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://paper.example/feed";

    fn tagged(body: &str, etag: &str) -> Reply {
        let mut reply = Reply::document(URL, body);
        reply.validators.etag = Some(etag.to_owned());
        reply
    }

    fn ask(recorded: &Recorded, validators: &Validators) -> Result<Reply, FetchError> {
        recorded.get(&Request {
            url: URL.to_owned(),
            validators: validators.clone(),
            ..Request::default()
        })
    }

    #[test]
    fn answers_come_in_order_and_the_last_one_stays() {
        let down = FetchError::from(Problem::new(ProblemKind::Connect, "no connection"));
        let script = [Ok(tagged("one", "1")), Err(down), Ok(tagged("two", "2"))];
        let recorded = Recorded::new(script.map(|answer| (URL.to_owned(), answer)));
        let first = ask(&recorded, &Validators::default()).unwrap();
        assert_eq!((first.status, first.body.as_slice()), (200, &b"one"[..]));
        assert_eq!(
            ask(&recorded, &first.validators).unwrap_err().problem.kind,
            ProblemKind::Connect
        );
        for _ in 0..3 {
            assert_eq!(ask(&recorded, &first.validators).unwrap().body, b"two");
        }
    }

    #[test]
    fn validators_are_honoured() {
        let recorded = Recorded::new([(URL.to_owned(), Ok(tagged("one", "1")))]);
        let first = ask(&recorded, &Validators::default()).unwrap();
        let again = ask(&recorded, &first.validators).unwrap();
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.validators, first.validators);
        let stale = Validators { etag: Some("0".to_owned()), ..first.validators };
        assert_eq!(ask(&recorded, &stale).unwrap().status, 200);
    }

    #[test]
    fn an_address_without_a_script_is_not_found() {
        let error = ask(&Recorded::new([]), &Validators::default()).unwrap_err();
        assert_eq!(error.problem.kind, ProblemKind::NotFound);
    }
}
