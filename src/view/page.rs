//! The page of an article: whether it was wanted, what came of it, and whose text is used.

use serde_json::{Value, json};

use super::json::{present, time};
use crate::store::PageRow;

/// Whose text an article has, as a label and what is to be said of it; `None`: its page was never
/// wanted.
pub(crate) fn told(page: Option<&PageRow>) -> (&'static str, String) {
    let Some(page) = page else {
        return ("text", "the feed's; its page was not wanted".to_owned());
    };
    if page.waiting.is_some() {
        return ("waits", waits(page));
    }
    let at = page.ended_at.map_or_else(String::new, |at| format!(", {at}"));
    let doubt = if page.is_doubtful { "; it may be wrong, two ways to find it differ" } else { "" };
    let text = match (&page.note, page.is_used) {
        (None, _) => format!("of its page ({}{at}){doubt}", page.url),
        (Some(note), true) => {
            format!("of its page as it was before{doubt}; now ({}{at}): {note}", page.url)
        }
        (Some(note), false) => {
            format!("the feed's; its page is not used ({}{at}): {note}", page.url)
        }
    };
    ("text", text)
}

/// Since when an item waits for its page, and until when.
pub(crate) fn waits(page: &PageRow) -> String {
    format!(
        "for its page {} since {}, until {} at the latest; tried {} times",
        page.url, page.seen_at, page.until, page.attempts
    )
}

/// The same for scripts.
pub(crate) fn to_json(page: &PageRow) -> Value {
    let waits = page.waiting.is_some();
    present(json!({
        "url": page.url,
        "waits": waits,
        "used": page.is_used,
        "confidence": page.is_doubtful.then_some("low"),
        "note": page.note,
        "seen_at": time(page.seen_at),
        "until": waits.then(|| time(page.until)),
        "attempts": page.attempts,
        "ended_at": page.ended_at.map(time),
    }))
}
