//! Answers that are no document.

use super::*;

#[tokio::test]
async fn each_status_is_told_apart() {
    for (status, headers, kind) in [
        (404, &[][..], ProblemKind::NotFound),
        (410, &[], ProblemKind::Gone),
        (401, &[], ProblemKind::Unauthorized),
        (403, &[], ProblemKind::Forbidden),
        (429, &[], ProblemKind::Throttled),
        (503, &[("Retry-After", "120")], ProblemKind::Throttled),
        (503, &[("Retry-After", "soon")], ProblemKind::Status),
        (500, &[], ProblemKind::Status),
        (204, &[], ProblemKind::Status),
        (302, &[], ProblemKind::Status),
    ] {
        let origin = always(status, headers, "").await;
        let (found, detail) = problem(patient(), origin.url("/feed?token=hush")).await;
        assert_eq!(found, kind, "{status}");
        assert_eq!(detail, format!("the server answered {status}"));
    }
}

#[tokio::test]
async fn retry_after_comes_along() {
    let headers = &[
        ("Date", "Tue, 03 Mar 2026 12:00:00 GMT"),
        ("Retry-After", "Tue, 03 Mar 2026 12:05:00 GMT"),
    ];
    for status in [429, 500, 503] {
        let origin = always(status, headers, "").await;
        let error = get(origin.url("/")).await.unwrap_err();
        assert_eq!(error.hints.retry_after, Some(Duration::from_mins(5)), "{status}");
    }
}

#[tokio::test]
async fn bot_protection_is_told_from_other_refusals() {
    let origin = always(403, &[("cf-mitigated", "challenge")], "<html>").await;
    let error = get(origin.url("/")).await.unwrap_err();
    assert_eq!((error.problem.kind, error.status), (ProblemKind::Blocked, Some(403)));
    assert!(error.to_string().contains("bot protection"), "{error}");
}

#[tokio::test]
async fn an_empty_document_is_none() {
    let origin = always(200, &[("ETag", "x")], "").await;
    let (kind, detail) = problem(patient(), origin.url("/")).await;
    assert_eq!(kind, ProblemKind::Status);
    assert_eq!(detail, "the server answered 200 without a body");
}
