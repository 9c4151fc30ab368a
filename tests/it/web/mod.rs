//! The status pages in one process: asked as a browser asks, over what a morning of papers brought.

mod api;
mod binary;
mod guard;
mod live;
mod pages;

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use wiredesk::{
    clock::Clock,
    mail::{Mailer, Memory},
    observe::Pulse,
    web::{Site, router},
};

use crate::{
    pipeline::{Watch, recorded, start},
    support::wire::{self, Entry},
};

/// Two papers and a rule; what is in `[web]` is the test's.
fn config(web: &str) -> String {
    let feed = |name: &str| {
        format!(
            "[[feed]]\nname = '{name}'\nurl = 'http://127.0.0.1:8080/{name}'\npublisher = '{name}'\ninterval = '1 h'\n"
        )
    };
    format!(
        "[fetch]\nallow = ['127.0.0.1:8080']\n[web]\n{web}\n{}{}\
         [[recipient]]\nname = 'desk'\nemail = ['secret-address@desk.example']\nwait = '0 s'\n\
         [alias]\nport = 'harbour OR quay'\n\
         [[rule]]\nname = 'harbour'\ntitle = 'The <b>harbour</b>'\nquery = '$port AND crane'\nnotify = ['desk']\n\
         [[rule]]\nname = 'idle'\nquery = 'nothing AND ever'\nnotify = ['desk']\n",
        feed("post"),
        feed("courier")
    )
}

fn entry(id: &str, minutes: i64, title: &str, text: String) -> Entry {
    let published = start() + SignedDuration::from_mins(minutes);
    Entry { id: id.to_owned(), title: title.to_owned(), text, published }
}

/// A text that the rule is true of.
fn crane(number: u64) -> String {
    format!("The crane at the harbour fell. {}", wire::text(number))
}

/// A story in both papers, one with markup in its headline, and one that is corrected an hour later.
fn papers() -> Vec<(&'static str, Vec<Entry>)> {
    let hostile = "&lt;img src=x onerror=alert(1)&gt; &amp;amp; quay";
    let shared = entry("a", -30, "Crane falls", crane(1));
    let first = vec![shared.clone(), entry("b", -20, hostile, wire::text(2))];
    let corrected = crane(1).replace("fell", "fell twice");
    let second = vec![
        entry("a", -30, "CORRECTED: Crane falls", corrected),
        entry("b", -20, hostile, wire::text(2)),
        entry("c", 50, "Quay closed", wire::text(3)),
    ];
    let copied = entry("k", -10, "Big crane down", crane(1));
    vec![("post", first), ("post", second), ("courier", vec![copied])]
}

/// Pages over a daemon that ran for a while.
struct Pages {
    watch: Watch,
    site: Site,
    stop: CancellationToken,
    reload: Arc<Notify>,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Pages {
    /// After an hour and a half.
    async fn new(web: &str) -> Self {
        let mut pages = Self::empty(web).await;
        pages.watch.run(Duration::from_mins(90)).await;
        pages.site = site(&pages.watch, &pages.reload, &pages.stop);
        pages
    }

    /// Before the first poll.
    async fn empty(web: &str) -> Self {
        let (fetcher, mailer) = (recorded(papers()), Mailer::Memory(Memory::default()));
        let watch = Watch::new(&config(web), fetcher, mailer, Clock::simulated(start())).await;
        let (stop, reload) = (CancellationToken::new(), Arc::new(Notify::new()));
        let site = site(&watch, &reload, &stop);
        Self { watch, site, stop, reload }
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = router(self.site.clone()).oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: head.status, headers: head.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(get(path).body(Body::empty()).unwrap()).await
    }
}

/// The pages, with a loop that has just turned.
fn site(watch: &Watch, reload: &Arc<Notify>, stop: &CancellationToken) -> Site {
    let settings = watch.context.in_force().live.web.clone().unwrap();
    let (context, pulses) = (watch.context.clone(), vec![("poller", Pulse::default())]);
    Site::new(context, &settings, pulses, Arc::clone(reload), stop.clone()).unwrap()
}

/// As a browser on this machine asks.
fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::HOST, "127.0.0.1:8787")
}

fn post(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::HOST, "127.0.0.1:8787")
}
