//! Whose page is wanted for its text, and whether what came is that text.

use std::time::Duration;

use jiff::Timestamp;

use super::prepare;
use crate::{
    extract::Page,
    model::{FeedSpec, FullText, Item, PageText},
    store::{PageMemory, WantedPage},
    story,
    text::address,
};

/// A text of fewer characters is short.
const SHORT: usize = 500;

/// Pages that one poll may want: those of its newest items. The others have the feed's text, as
/// they would if they waited: no host gives more pages in the time for which an article waits.
const MOST: usize = 100;
/// The same for the first poll of a feed, which is a baseline.
const MOST_AT_FIRST: usize = 5;

/// How often an article waits for its page: when it comes, and once more when the feed's text of
/// it changed.
const TIMES: u32 = 2;

/// For how long an article waits for its page.
const WAIT: Duration = Duration::from_mins(2);

/// Ends of texts that were cut.
const CUT_MARKS: &[&str] = &["…", "...", "[…]", "[...]", "(…)", "(...)"];

/// What stands after a text that was cut, in lower case.
const CUT_WORDS: &[&str] = &[
    "continue reading",
    "read more",
    "read full story",
    "read the full story",
    "read full article",
    "read the full article",
    "read the rest",
    "full story",
    "keep reading",
    "click here to read more",
    "weiterlesen",
    "mehr lesen",
    "lire la suite",
    "en savoir plus",
    "leer más",
    "seguir leyendo",
    "leggi tutto",
    "leia mais",
    "lees verder",
    "les mer",
    "läs mer",
    "читать далее",
    "devamını oku",
];

/// The items of a poll: those that are articles at once, with what an earlier fetch of their page
/// gave them, and those that wait.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) ready: Vec<(Item, Option<PageText>)>,
    pub(super) waiting: Vec<WantedPage>,
}

/// Sorts items with what is known of their pages.
pub(super) fn sort(
    items: Vec<(Item, Option<PageMemory>)>,
    spec: &FeedSpec,
    first_poll: bool,
) -> Sorted {
    let wanted: Vec<_> =
        items.iter().map(|(item, known)| wanted(item, known.as_ref(), spec)).collect();
    let mut newest: Vec<_> = (0..items.len()).filter(|at| wanted[*at].is_some()).collect();
    newest.sort_by_key(|at| std::cmp::Reverse(items[*at].0.published));
    newest.truncate(if first_poll { MOST_AT_FIRST } else { MOST });
    let mut sorted = Sorted::default();
    for (at, ((item, known), url)) in items.into_iter().zip(wanted).enumerate() {
        if let Some(url) = url.filter(|_| newest.contains(&at)) {
            sorted.waiting.push(WantedPage {
                item_hash: prepare::item_hash(&item),
                feed_hash: feed_hash(&item),
                host: host(&url),
                baseline: first_poll,
                url,
                item,
            });
        } else {
            let page = known.and_then(|known| still_good(&item, known, spec));
            sorted.ready.push((item, page));
        }
    }
    sorted
}

/// What an earlier fetch of a page gave, where a later version of its item has no text of its own to
/// put in its place.
fn still_good(item: &Item, known: PageMemory, spec: &FeedSpec) -> Option<PageText> {
    let is_same = known.feed_hash == feed_hash(item);
    known.kept.filter(|_| is_same || wants_page(item, spec))
}

/// When an article that waits since `seen` is placed without its page.
pub(super) fn until(seen: Timestamp) -> Timestamp {
    seen + WAIT
}

/// The address of the page that an item wants. Who takes a text back wants it gone at once.
fn wanted(item: &Item, known: Option<&PageMemory>, spec: &FeedSpec) -> Option<String> {
    let is_new =
        known.is_none_or(|known| known.feed_hash != feed_hash(item) && known.times < TIMES);
    if !wants_page(item, spec) || !is_new || is_withdrawn(item) {
        return None;
    }
    let link = item.url.as_deref()?;
    let url = address::target(link).unwrap_or_else(|| link.to_owned());
    let is_page = !address::is_sealed(&url)
        && address::canonical(&url).is_some_and(|canonical| !address::is_site(&canonical));
    is_page.then_some(url)
}

/// Whether the text that the feed gives of an item is not enough.
fn wants_page(item: &Item, spec: &FeedSpec) -> bool {
    // What an agency sends is its whole text.
    if item.wire.is_some() {
        return false;
    }
    match spec.full_text {
        FullText::Never => false,
        FullText::WhenShort => is_short(item),
        FullText::Always => true,
    }
}

fn is_withdrawn(item: &Item) -> bool {
    let [title, text] = [&item.title, &item.text].map(|text| text.as_deref().unwrap_or_default());
    story::signal(title, text).kill
        || item.status.as_deref().is_some_and(story::is_withdrawn_status)
}

fn is_short(item: &Item) -> bool {
    let text = item.text.as_deref().unwrap_or_default().trim();
    text.chars().nth(SHORT - 1).is_none() || is_cut(text)
}

/// Whether a text ends with a mark or words that say that it goes on elsewhere.
fn is_cut(text: &str) -> bool {
    if CUT_MARKS.iter().any(|mark| text.ends_with(mark)) {
        return true;
    }
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let tail = end.char_indices().rev().nth(40).map_or(end, |(at, _)| &end[at..]).to_lowercase();
    CUT_WORDS.iter().any(|words| {
        let before = tail.strip_suffix(words).map(str::trim_end);
        before.is_some_and(|before| !before.ends_with(char::is_alphanumeric))
    })
}

/// The hash of the texts that a feed gives of an item.
fn feed_hash(item: &Item) -> u64 {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    xxhash_rust::xxh3::xxh3_64(
        format!("{}\n\n{}", text(&item.summary), text(&item.text)).as_bytes(),
    )
}

/// What pacing counts by: the host of an address.
fn host(address: &str) -> String {
    let url = url::Url::parse(address).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// What of a page that was read at `url` goes into the article of an item, or why nothing does.
pub(super) fn choose(item: &Item, page: Page, url: &str) -> Result<PageText, &'static str> {
    if page.is_free == Some(false) {
        return Err("the page says that it is for subscribers");
    }
    if address::canonical(url).is_none_or(|canonical| address::is_site(&canonical)) {
        return Err("the link leads to the front page of a site");
    }
    let title = item.title.as_deref().unwrap_or_default();
    if !speaks_of(&page, title) {
        return Err("the page does not speak of what the headline says");
    }
    let of_feed = item.text.as_deref().unwrap_or_default();
    if page.text.chars().count() < of_feed.chars().count() {
        return Err("the page gives less text than the feed");
    }
    let canonical_url = own_address(page.url.as_deref(), url);
    let Page { title, authors, byline, published, language, text, is_doubtful, .. } = page;
    Ok(PageText { text, title, authors, byline, published, language, canonical_url, is_doubtful })
}

/// Whether at least a third of the words of a headline stand in a page: pages that ask for consent
/// or for a login, or say that there is nothing, have none of them.
fn speaks_of(page: &Page, title: &str) -> bool {
    let text =
        format!("{}\n{}", page.title.as_deref().unwrap_or_default(), page.text).to_lowercase();
    let title = title.to_lowercase();
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3);
    let (words, found) = words
        .fold((0, 0), |(words, found), word| (words + 1, found + usize::from(text.contains(word))));
    3 * found >= words
}

/// The address that a page has for itself, made comparable: what it says, where that is of the same
/// site and not the section that it stands in, else where it was found.
fn own_address(stated: Option<&str>, url: &str) -> Option<String> {
    let found = address::canonical(url)?;
    let stated = stated.filter(|stated| address::is_same_site(stated, url));
    let stated = stated.and_then(address::canonical).filter(|stated| {
        let last = stated.rsplit('/').next().unwrap_or_default();
        let is_section =
            found.strip_prefix(stated.as_str()).is_some_and(|rest| rest.starts_with('/'))
                && !last.contains(|c: char| c.is_ascii_digit() || c == '-');
        *stated == found || !(address::is_site(stated) || is_section)
    });
    Some(stated.unwrap_or(found))
}

#[cfg(test)]
mod tests {
    use crate::model::{FeedFormat, FeedName};

    use super::*;

    const PROSE: &str = "The pier of Arden is shut and the ferries to Norland wait. ";

    fn item(text: &str) -> Item {
        Item {
            url: Some("https://post.example/news/pier".into()),
            title: Some("Pier of Arden shut".into()),
            text: Some(text.to_owned()),
            ..Item::default()
        }
    }

    fn spec(full_text: FullText) -> FeedSpec {
        FeedSpec {
            is_spool: false,
            format: FeedFormat::Any,
            name: FeedName::new("post"),
            url: "https://post.example/feed".into(),
            publisher: None,
            tags: Vec::new(),
            language: None,
            interval: None,
            full_text,
        }
    }

    fn is_wanted(item: Item, full_text: FullText) -> bool {
        let sorted = sort(vec![(item, None)], &spec(full_text), false);
        assert_eq!(sorted.ready.len() + sorted.waiting.len(), 1);
        !sorted.waiting.is_empty()
    }

    #[test]
    fn short_and_cut_texts_want_their_page() {
        let long = PROSE.repeat(9);
        assert!(long.chars().count() > SHORT);
        for (text, wanted) in [
            ("", true),
            (PROSE, true),
            (&long, false),
            (&format!("{long}Nobody …"), true),
            (&format!("{long}Nobody [...]"), true),
            (&format!("{long}\n\nContinue reading »"), true),
            (&format!("{long} Read more."), true),
            (&format!("{long} People should read more."), false),
            (&format!("{long} (Weiterlesen)"), true),
            (&format!("{long}« Rien ne va plus »"), false),
            (&"é".repeat(SHORT - 1), true),
            (&"é".repeat(SHORT), false),
        ] {
            assert_eq!(is_wanted(item(text), FullText::WhenShort), wanted, "{text}");
            assert!(is_wanted(item(text), FullText::Always));
            assert!(!is_wanted(item(text), FullText::Never));
        }
    }

    #[test]
    fn what_has_no_page_of_its_own_wants_none() {
        for link in ["https://post.example/", "https://news.google.com/rss/articles/abc", "tag:x"] {
            let item = Item { url: Some(link.into()), ..item("") };
            assert!(!is_wanted(item, FullText::Always), "{link}");
        }
        assert!(!is_wanted(Item { url: None, ..item("") }, FullText::Always));
        assert!(!is_wanted(
            Item { title: Some("KILL: Pier shut".into()), ..item("") },
            FullText::Always
        ));
        assert!(!is_wanted(Item { status: Some("canceled".into()), ..item("") }, FullText::Always));
    }

    #[test]
    fn a_link_that_leads_on_wants_the_page_it_leads_to() {
        let link = "https://www.google.com/url?url=https://www.post.example/a&ct=ga";
        let item = Item { url: Some(link.into()), ..item("") };
        let sorted = sort(vec![(item, None)], &spec(FullText::WhenShort), false);
        let wanted = &sorted.waiting[0];
        assert_eq!(
            (wanted.url.as_str(), wanted.host.as_str()),
            ("https://www.post.example/a", "www.post.example")
        );
    }

    #[test]
    fn a_page_is_fetched_again_once_and_when_the_text_of_the_feed_changed() {
        let kept = Some(PageText { text: PROSE.into(), ..PageText::default() });
        let known = |text: &str, times| PageMemory {
            feed_hash: feed_hash(&item(text)),
            times,
            kept: kept.clone(),
        };
        for (known, wanted) in
            [(known(PROSE, 1), false), (known("", 1), true), (known("", TIMES), false)]
        {
            let sorted = sort(vec![(item(PROSE), Some(known))], &spec(FullText::WhenShort), false);
            assert_eq!(sorted.waiting.len(), usize::from(wanted));
            assert!(sorted.ready.iter().all(|(_, page)| *page == kept));
        }
    }

    #[test]
    fn a_feed_that_comes_to_give_the_text_is_believed() {
        let page = PageText { text: PROSE.into(), ..PageText::default() };
        let known =
            || PageMemory { feed_hash: feed_hash(&item("")), times: 1, kept: Some(page.clone()) };
        let long = PROSE.repeat(9);
        for (text, full_text, wanted) in [
            ("", FullText::Never, Some(&page)),
            (PROSE, FullText::Never, None),
            (&long, FullText::WhenShort, None),
        ] {
            let sorted = sort(vec![(item(text), Some(known()))], &spec(full_text), false);
            assert_eq!(sorted.ready[0].1.as_ref(), wanted, "{text}");
        }
    }

    #[test]
    fn of_a_first_poll_the_newest_five_wait() {
        let items = |count: i64| -> Vec<_> {
            let dated = |at| Item { published: Timestamp::from_second(at).ok(), ..item("") };
            (0..count).map(|at| (dated(at), None)).chain([(item(""), None)]).collect()
        };
        let sorted = sort(items(9), &spec(FullText::WhenShort), true);
        let waiting: Vec<_> =
            sorted.waiting.iter().map(|w| w.item.published.unwrap().as_second()).collect();
        assert_eq!(waiting, [4, 5, 6, 7, 8]);
        assert!(sorted.waiting.iter().all(|wanted| wanted.baseline));
        assert_eq!(sorted.ready.len(), 5);
        assert_eq!(sort(items(200), &spec(FullText::WhenShort), false).waiting.len(), MOST);
    }

    fn page() -> Page {
        Page {
            url: Some("https://www.post.example/news/2026/pier".into()),
            title: Some("Arden pier shut | Post".into()),
            text: PROSE.repeat(9),
            ..Page::default()
        }
    }

    const FOUND: &str = "https://www.post.example/news/2026/pier?x=1";

    #[test]
    fn a_page_that_is_not_the_text_of_the_item_is_not_used() {
        let says = |page, url| choose(&item(PROSE), page, url).unwrap_err();
        let subscribers = Page { is_free: Some(false), ..page() };
        assert_eq!(says(subscribers, FOUND), "the page says that it is for subscribers");
        assert_eq!(
            says(page(), "https://post.example/?from=rss"),
            "the link leads to the front page of a site"
        );
        let consent = Page { title: None, text: "We value what you think. ".repeat(30), ..page() };
        assert_eq!(says(consent, FOUND), "the page does not speak of what the headline says");
        let teaser = Page { text: "Shut.".into(), ..page() };
        assert_eq!(says(teaser, FOUND), "the page gives less text than the feed");
        assert_eq!(choose(&item(PROSE), page(), FOUND).unwrap().text, page().text);
    }

    #[test]
    fn the_address_of_a_page_is_that_which_it_says_on_its_own_site() {
        for (stated, wanted) in [
            ("https://post.example/news/pier-shut", "https://post.example/news/pier-shut"),
            ("https://m.post.example/news/2026/pier", "https://post.example/news/2026/pier"),
            ("https://news.post.example/a", "https://news.post.example/a"),
            ("https://other.example/a", "https://post.example/news/2026/pier?x=1"),
            ("https://post.example/", "https://post.example/news/2026/pier?x=1"),
            ("https://post.example/news", "https://post.example/news/2026/pier?x=1"),
        ] {
            assert_eq!(own_address(Some(stated), FOUND).as_deref(), Some(wanted), "{stated}");
        }
    }
}
