//! The page of an article: whether it was wanted, what came of it, and whose text is used.

use serde_json::{Value, json};

use super::say;
use crate::{
    cli::json::{present, time},
    store::PageRow,
};

/// Prints whose text an article has; `None`: its page was never wanted.
pub(super) fn tell(page: Option<&PageRow>) {
    let Some(page) = page else {
        say("  text       the feed's; its page was not wanted");
        return;
    };
    if page.waiting.is_some() {
        say(&format!("  waits      {}", waits(page)));
        return;
    }
    let at = page.ended_at.map_or_else(String::new, |at| format!(", {at}"));
    let doubt = if page.is_doubtful { "; it may be wrong, two ways to find it differ" } else { "" };
    match (&page.note, page.is_used) {
        (None, _) => say(&format!("  text       of its page ({}{at}){doubt}", page.url)),
        (Some(note), true) => say(&format!(
            "  text       of its page as it was before{doubt}; now ({}{at}): {note}",
            page.url
        )),
        (Some(note), false) => {
            say(&format!(
                "  text       the feed's; its page is not used ({}{at}): {note}",
                page.url
            ));
        }
    }
}

/// Prints what is known of an item that is no article yet.
pub(super) fn tell_waiting(page: &PageRow) {
    say(&format!("no article yet: {}", page.waiting.as_deref().unwrap_or_default()));
    say(&format!("  waits      {}", waits(page)));
}

fn waits(page: &PageRow) -> String {
    format!(
        "for its page {} since {}, until {} at the latest; tried {} times",
        page.url, page.seen_at, page.until, page.attempts
    )
}

/// The same for scripts.
pub(super) fn to_json(page: &PageRow) -> Value {
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
