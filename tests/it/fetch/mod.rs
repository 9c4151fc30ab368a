//! Tests of `fetch` from outside: a real client against a server that behaves and misbehaves.

mod access;
mod bodies;
mod conditional;
mod failures;
mod guard;
mod local;
mod pages;
mod redirects;
mod refusals;
mod requests;

use std::{io::Write, time::Duration};

use wiredesk::{
    fetch::{Access, FetchError, Fetcher, Reply, Request, Settings},
    model::{Hints, ProblemKind, Validators},
};

use crate::support::origin::{Answer, Asked, Origin};

const FEED: &str = "<rss><channel><item><title>Ferry resumes</title></item></channel></rss>";

/// Settings that reach the loopback, with so much time that a busy machine does no harm.
fn patient() -> Settings {
    Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() }
}

/// As [`patient`], and quick to lose patience with silence.
fn hasty() -> Settings {
    Settings { read_timeout: Duration::from_millis(200), ..patient() }
}

async fn get_with(
    settings: Settings,
    url: String,
    validators: Validators,
) -> Result<Reply, FetchError> {
    Fetcher::http(settings).unwrap().get(&Request { url, validators, ..Request::default() }).await
}

async fn get(url: String) -> Result<Reply, FetchError> {
    get_with(patient(), url, Validators::default()).await
}

/// What kind of problem meets a request under `settings`, and its words.
async fn problem(settings: Settings, url: String) -> (ProblemKind, String) {
    let error = get_with(settings, url, Validators::default()).await.unwrap_err();
    (error.problem.kind, error.problem.detail)
}

fn known(etag: Option<&str>, last_modified: Option<&str>) -> Validators {
    Validators {
        etag: etag.map(str::to_owned),
        last_modified: last_modified.map(str::to_owned),
        body_hash: Some(7),
    }
}

async fn always(status: u16, headers: &'static [(&str, &str)], body: &'static str) -> Origin {
    Origin::start(move |_| Answer::new(status, headers, body)).await
}

async fn raw(bytes: impl Into<Vec<u8>>) -> Origin {
    let bytes = bytes.into();
    Origin::start(move |_| Answer::raw(bytes.clone())).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
