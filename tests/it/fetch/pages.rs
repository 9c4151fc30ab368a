//! Web pages: what is asked for, and what is not read.

use super::*;

const PAGE: &str = "<html><title>Ferry resumes</title></html>";

async fn page(origin: &Origin, max_bytes: usize) -> Result<Reply, FetchError> {
    let validators = known(Some("\"1\""), None);
    let request = Request { url: origin.url("/page"), validators, ..Request::default() };
    Fetcher::http(patient()).unwrap().page(&request, max_bytes).await
}

#[tokio::test]
async fn a_page_is_asked_for_as_a_page() {
    let origin = always(200, &[("Content-Type", "Text/HTML; charset=utf-8")], PAGE).await;
    assert_eq!(page(&origin, PAGE.len()).await.unwrap().body, PAGE.as_bytes());
    let asked = &origin.asked()[0];
    assert!(asked.header("accept").unwrap().starts_with("text/html"));
    assert_eq!(asked.header("if-none-match"), Some("\"1\""));
    assert_eq!(asked.header("a-im"), None, "pages have no new entries");
}

#[tokio::test]
async fn what_is_no_page_is_not_read() {
    for stated in ["application/pdf", "audio/mpeg; x=y", "application/rss+xml"] {
        let stated = format!("HTTP/1.1 200 OK\r\nContent-Type: {stated}\r\n\r\n");
        // The body never ends.
        let origin = Origin::start(move |_| {
            Answer::raw(stated.clone()).then_repeat("%", Duration::from_millis(20))
        })
        .await;
        let error = page(&origin, 1 << 20).await.unwrap_err();
        assert_eq!(error.problem.kind, ProblemKind::NotAPage);
    }
    for unstated in [&[][..], &[("Content-Type", "")]] {
        assert!(page(&always(200, unstated, PAGE).await, 1 << 20).await.is_ok());
    }
}

#[tokio::test]
async fn a_page_has_a_size_of_its_own() {
    let error = page(&always(200, &[], PAGE).await, PAGE.len() - 1).await.unwrap_err();
    assert_eq!((error.problem.kind, error.status), (ProblemKind::TooLarge, Some(200)));
}

#[tokio::test]
async fn a_refusal_says_its_status() {
    for status in [402, 403, 404, 429, 503] {
        let error = page(&always(status, &[], "").await, 1 << 20).await.unwrap_err();
        assert_eq!(error.status, Some(status));
    }
}

#[tokio::test]
async fn a_page_at_a_private_address_is_not_fetched() {
    let origin = always(200, &[], PAGE).await;
    let request = Request { url: origin.url("/page"), ..Request::default() };
    let refused = Fetcher::http(Settings::default()).unwrap().page(&request, 1 << 20).await;
    assert_eq!(refused.unwrap_err().problem.kind, ProblemKind::Refused);
    assert!(origin.asked().is_empty());
}
