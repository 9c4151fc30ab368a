//! A newsstand on the loopback: one edition of each paper at a time, and "not modified" to whoever
//! has it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use crate::support::origin::{Answer, Asked, Origin};

/// A newsstand; it closes with its value.
pub(super) struct Stand {
    origin: Origin,
    papers: Arc<Mutex<Papers>>,
}

type Papers = BTreeMap<String, Edition>;

/// What lies on the stand under one path.
#[derive(Default)]
struct Edition {
    number: usize,
    bytes: Vec<u8>,
    etag: Option<String>,
    last_modified: Option<String>,
    served: usize,
    confirmed: usize,
}

impl Stand {
    /// An empty stand.
    pub(super) async fn open() -> Self {
        let papers = Arc::<Mutex<Papers>>::default();
        let origin = Origin::start({
            let papers = Arc::clone(&papers);
            move |asked| match papers.lock().unwrap().get_mut(&asked.target) {
                Some(edition) => edition.answer(asked),
                None => Answer::new(404, &[], ""),
            }
        })
        .await;
        Self { origin, papers }
    }

    pub(super) fn address(&self) -> String {
        self.origin.address().to_string()
    }

    pub(super) fn url(&self, path: &str) -> String {
        self.origin.url(path)
    }

    /// Puts an edition in the place of the one before. In turn, papers have an `ETag` and a
    /// `Last-Modified`, only the one, or only the other.
    pub(super) fn lay_out(&self, path: &str, bytes: &[u8]) {
        let mut papers = self.papers.lock().unwrap();
        let place = papers.keys().position(|known| known == path).unwrap_or(papers.len());
        let number = papers.get(path).map_or(0, |edition| edition.number + 1);
        let edition = Edition {
            number,
            bytes: bytes.to_owned(),
            etag: (place % 3 != 2).then(|| format!("W/\"edition-{number}\"")),
            last_modified: (place % 3 != 1)
                .then(|| format!("Tue, 21 Apr 2020 00:00:{number:02} GMT")),
            ..Edition::default()
        };
        papers.insert(path.to_owned(), edition);
    }

    /// How many papers there are.
    pub(super) fn len(&self) -> usize {
        self.papers.lock().unwrap().len()
    }

    /// How many papers were handed out in their present edition.
    pub(super) fn handed_out(&self) -> usize {
        self.count(|edition| edition.served > 0)
    }

    /// How many papers' readers came back with the present edition in hand.
    pub(super) fn confirmed(&self) -> usize {
        self.count(|edition| edition.confirmed > 0)
    }

    fn count(&self, is: impl Fn(&Edition) -> bool) -> usize {
        self.papers.lock().unwrap().values().filter(|edition| is(edition)).count()
    }
}

impl Edition {
    fn answer(&mut self, asked: &Asked) -> Answer {
        let (tag, since) = (asked.header("if-none-match"), asked.header("if-modified-since"));
        let has_it = match tag {
            Some(tag) => self.etag.as_deref() == Some(tag),
            None => since.is_some() && self.last_modified.as_deref() == since,
        };
        let headers: Vec<_> = [("ETag", &self.etag), ("Last-Modified", &self.last_modified)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
            .collect();
        if has_it {
            self.confirmed += 1;
            return Answer::new(304, &headers, "");
        }
        self.served += 1;
        Answer::new(200, &headers, &self.bytes)
    }
}
