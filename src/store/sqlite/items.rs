//! Items that wait and what their pages say, as JSON.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    model::{Item, ItemKey, ItemSource, PageText, Priority},
    store::StoreError,
};

/// An item without its keys.
#[derive(Deserialize, Serialize)]
struct StoredItem {
    raw_id: Option<String>,
    aliases: Vec<[u8; 16]>,
    url: Option<String>,
    canonical_url: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    text: Option<String>,
    authors: Vec<String>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
    language: Option<String>,
    categories: Vec<String>,
    source: Option<StoredSource>,
    credit: Option<String>,
    byline: Option<String>,
    dateline: Option<String>,
    priority: Option<u8>,
    version: Option<String>,
    status: Option<String>,
    embargo: Option<Timestamp>,
}

#[derive(Deserialize, Serialize)]
struct StoredSource {
    title: Option<String>,
    url: Option<String>,
}

/// What a page says beside its text, which is the article's.
#[derive(Deserialize, Serialize)]
struct StoredAbout {
    title: Option<String>,
    authors: Vec<String>,
    byline: Option<String>,
    published: Option<Timestamp>,
    language: Option<String>,
    canonical_url: Option<String>,
    is_doubtful: bool,
}

/// An item as JSON, and its keys as bytes.
pub(super) fn item_to(item: &Item) -> Result<(String, Vec<u8>), StoreError> {
    let Item {
        raw_id,
        keys,
        aliases,
        url,
        canonical_url,
        title,
        summary,
        text,
        authors,
        published,
        updated,
        language,
        categories,
        source,
        credit,
        byline,
        dateline,
        priority,
        version,
        status,
        embargo,
        // An agency's item has its text and waits for no page.
        wire: _,
    } = item.clone();
    let stored = StoredItem {
        raw_id,
        aliases: aliases.into_iter().map(|ItemKey(bytes)| bytes).collect(),
        url,
        canonical_url,
        title,
        summary,
        text,
        authors,
        published,
        updated,
        language,
        categories,
        source: source.map(|ItemSource { title, url }| StoredSource { title, url }),
        credit,
        byline,
        dateline,
        priority: priority.map(|Priority(priority)| priority),
        version,
        status,
        embargo,
    };
    Ok((to_json(&stored)?, keys.iter().flat_map(|key| key.0).collect()))
}

/// An item from JSON and bytes.
pub(super) fn item_from(json: &str, keys: &[u8]) -> Result<Item, StoreError> {
    let stored: StoredItem = from_json(json)?;
    Ok(Item {
        raw_id: stored.raw_id,
        keys: keys_from(keys),
        aliases: stored.aliases.into_iter().map(ItemKey).collect(),
        url: stored.url,
        canonical_url: stored.canonical_url,
        title: stored.title,
        summary: stored.summary,
        text: stored.text,
        authors: stored.authors,
        published: stored.published,
        updated: stored.updated,
        language: stored.language,
        categories: stored.categories,
        source: stored.source.map(|StoredSource { title, url }| ItemSource { title, url }),
        credit: stored.credit,
        byline: stored.byline,
        dateline: stored.dateline,
        priority: stored.priority.map(Priority),
        version: stored.version,
        status: stored.status,
        embargo: stored.embargo,
        wire: None,
    })
}

pub(super) fn keys_from(bytes: &[u8]) -> Vec<ItemKey> {
    bytes.as_chunks().0.iter().copied().map(ItemKey).collect()
}

pub(super) fn about_to(page: &PageText) -> Result<String, StoreError> {
    let PageText {
        text: _,
        title,
        authors,
        byline,
        published,
        language,
        canonical_url,
        is_doubtful,
    } = page.clone();
    to_json(&StoredAbout {
        title,
        authors,
        byline,
        published,
        language,
        canonical_url,
        is_doubtful,
    })
}

pub(super) fn about_from(json: &str, text: String) -> Result<PageText, StoreError> {
    let about: StoredAbout = from_json(json)?;
    Ok(PageText {
        text,
        title: about.title,
        authors: about.authors,
        byline: about.byline,
        published: about.published,
        language: about.language,
        canonical_url: about.canonical_url,
        is_doubtful: about.is_doubtful,
    })
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Content(error.to_string()))
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::Content(format!("an item: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_that_waits_is_the_same_afterwards() {
        let some = |text: &str| Some(text.to_owned());
        let item = Item {
            raw_id: some("urn:1"),
            keys: vec![ItemKey([1; 16]), ItemKey([2; 16])],
            aliases: vec![ItemKey([3; 16])],
            url: some("https://post.example/a?x=1"),
            canonical_url: some("https://post.example/a"),
            title: some("Crane “falls”"),
            summary: some("Nobody was hurt."),
            text: some("A crane fell.\n\nNobody …"),
            authors: vec!["Mara Ilves".into(), "Tove Lind".into()],
            published: Some(Timestamp::UNIX_EPOCH),
            updated: "2026-03-02T09:15:00.123Z".parse().ok(),
            language: some("en"),
            categories: vec!["port".into()],
            source: Some(ItemSource { title: some("Tessera"), url: None }),
            credit: some("Tessera"),
            byline: some("By Mara Ilves"),
            dateline: some("ARDEN"),
            priority: Some(Priority(3)),
            version: some("2"),
            status: some("usable"),
            embargo: Some(Timestamp::MAX),
            wire: None,
        };
        let (json, keys) = item_to(&item).unwrap();
        assert_eq!(item_from(&json, &keys).unwrap(), item);
    }

    #[test]
    fn what_a_page_says_is_the_same_afterwards() {
        let page = PageText {
            text: "A crane fell.".into(),
            title: Some("Crane falls".into()),
            authors: vec!["Mara Ilves".into()],
            byline: Some("By Mara Ilves, Tessera".into()),
            published: Some(Timestamp::UNIX_EPOCH),
            language: Some("en".into()),
            canonical_url: Some("https://post.example/a".into()),
            is_doubtful: true,
        };
        let json = about_to(&page).unwrap();
        assert_eq!(about_from(&json, page.text.clone()).unwrap(), page);
    }
}
