//! Where a request was sent on to, and what must not be followed.

use reqwest::StatusCode;
use url::Url;

use crate::model::{Problem, ProblemKind};

/// The addresses one request went through.
#[derive(Clone, Debug)]
pub(super) struct Trail {
    visited: Vec<Url>,
    permanent: bool,
    limit: usize,
}

impl Trail {
    /// Begins at `url`; at most `limit` redirects may follow.
    pub(super) fn start(url: &str, limit: usize) -> Result<Self, Problem> {
        let url = Url::parse(url).map_err(|e| {
            Problem::new(ProblemKind::Refused, format!("the address cannot be read: {e}"))
        })?;
        Ok(Self { visited: vec![without_fragment(url)], permanent: true, limit })
    }

    /// The address to ask now.
    pub(super) fn here(&self) -> &Url {
        &self.visited[self.visited.len() - 1]
    }

    /// Whether the host asked now is the one asked first: only there validators mean something, and
    /// only there they may be shown.
    pub(super) fn is_home(&self) -> bool {
        self.here().host_str() == self.visited[0].host_str()
    }

    /// Whether the address asked first is of the same origin as another.
    pub(super) fn begins_at_origin_of(&self, other: &str) -> bool {
        Url::parse(other).is_ok_and(|other| other.origin() == self.visited[0].origin())
    }

    /// Whether every address so far is of the origin (scheme, host, port) asked first: to others, and
    /// to one that others sent us back to, nothing is shown that opens a door.
    pub(super) fn never_left(&self) -> bool {
        self.visited.iter().all(|url| url.origin() == self.visited[0].origin())
    }

    /// Goes on to `location`, as a redirect with `status` asks.
    pub(super) fn follow(&mut self, status: StatusCode, location: &[u8]) -> Result<(), Problem> {
        let location = String::from_utf8_lossy(location);
        let Ok(next) = self.here().join(location.trim()) else {
            return Err(refused("the server redirects to what is not an address"));
        };
        let next = without_fragment(with_credentials_of(self.here(), next));
        if self.visited.contains(&next) {
            return Err(refused("the redirects lead in a circle"));
        }
        if self.visited.len() > self.limit {
            return Err(refused(format!("more than {} redirects", self.limit)));
        }
        if self.here().scheme() == "https" && next.scheme() == "http" {
            return Err(refused("the server redirects from https to http"));
        }
        self.permanent &=
            matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
        self.visited.push(next);
        Ok(())
    }

    /// The address that answers, without credentials.
    pub(super) fn end(&self) -> String {
        let mut url = self.here().clone();
        set_credentials(&mut url, "", None);
        url.into()
    }

    /// The address that answers, if all redirects to it were permanent ones.
    pub(super) fn moved_to(&self) -> Option<String> {
        (self.permanent && self.visited.len() > 1).then(|| self.end())
    }
}

/// Credentials stay with the origin (scheme, host, port) they were given for, and a server cannot
/// make us show others of its own choice.
fn with_credentials_of(from: &Url, mut to: Url) -> Url {
    if from.origin() == to.origin() {
        set_credentials(&mut to, from.username(), from.password());
    } else {
        set_credentials(&mut to, "", None);
    }
    to
}

/// Does nothing to an address that cannot have credentials (`data:` and the like), which is not
/// fetched either.
fn set_credentials(url: &mut Url, name: &str, password: Option<&str>) {
    url.set_username(name).and_then(|()| url.set_password(password)).unwrap_or_default();
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn refused(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Redirect, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: StatusCode = StatusCode::FOUND;
    const MOVED: StatusCode = StatusCode::MOVED_PERMANENTLY;

    fn trail(steps: &[(StatusCode, &str)]) -> Result<Trail, Problem> {
        let mut trail = Trail::start("https://paper.example/feed?key=1#top", 5)?;
        for (status, location) in steps {
            trail.follow(*status, location.as_bytes())?;
        }
        Ok(trail)
    }

    #[test]
    fn locations_are_read_as_links() {
        for (location, url) in [
            ("/rss.xml", "https://paper.example/rss.xml"),
            (" rss.xml#x ", "https://paper.example/rss.xml"),
            ("?page=2", "https://paper.example/feed?page=2"),
            ("//cdn.example/f", "https://cdn.example/f"),
            ("https://paper.example:444/é", "https://paper.example:444/%C3%A9"),
        ] {
            assert_eq!(trail(&[(FOUND, location)]).unwrap().here().as_str(), url);
        }
    }

    #[test]
    fn only_a_wholly_permanent_chain_is_a_move() {
        let moved = |steps: &[_]| trail(steps).unwrap().moved_to();
        assert_eq!(moved(&[]), None);
        assert_eq!(moved(&[(MOVED, "/b")]).as_deref(), Some("https://paper.example/b"));
        let twice = moved(&[(MOVED, "/b"), (StatusCode::PERMANENT_REDIRECT, "/c")]);
        assert_eq!(twice.as_deref(), Some("https://paper.example/c"));
        assert_eq!(moved(&[(MOVED, "/b"), (FOUND, "/c")]), None);
        assert_eq!(moved(&[(FOUND, "/b"), (MOVED, "/c")]), None);
    }

    #[test]
    fn circles_long_chains_and_downgrades_are_refused() {
        let says = |steps: &[_]| trail(steps).unwrap_err().detail;
        assert_eq!(says(&[(FOUND, "/feed?key=1")]), "the redirects lead in a circle");
        assert_eq!(
            says(&[(FOUND, "/b"), (FOUND, "/feed?key=1#x")]),
            "the redirects lead in a circle"
        );
        let five = ["/1", "/2", "/3", "/4", "/5"].map(|to| (FOUND, to));
        assert!(trail(&five).is_ok());
        let six = [&five[..], &[(FOUND, "/6")]].concat();
        assert_eq!(says(&six), "more than 5 redirects");
        let down = says(&[(FOUND, "http://paper.example/feed")]);
        assert_eq!(down, "the server redirects from https to http");
        assert_eq!(
            says(&[(FOUND, "http://[bad")]),
            "the server redirects to what is not an address"
        );
    }

    #[test]
    fn credentials_stay_at_home() {
        let mut trail = Trail::start("http://me:secret@paper.example/a", 5).unwrap();
        assert_eq!(trail.end(), "http://paper.example/a");
        trail.follow(FOUND, b"/b").unwrap();
        assert_eq!(trail.here().as_str(), "http://me:secret@paper.example/b");
        assert!(trail.never_left());
        trail.follow(FOUND, b"http://you:guess@other.example/c").unwrap();
        assert_eq!(trail.here().as_str(), "http://other.example/c");
        assert!(!trail.is_home());
        trail.follow(FOUND, b"http://paper.example/d").unwrap();
        assert_eq!(trail.here().as_str(), "http://paper.example/d");
        assert!(trail.is_home() && !trail.never_left());
    }
}
