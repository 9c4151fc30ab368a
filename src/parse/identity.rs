//! How an item is recognised again: by its own id, else its link, else its words; never by chance.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_128;

use crate::{
    model::{Item, ItemKey, Wire},
    text::address,
};

/// Ids that programs write when they have none.
const EMPTY_IDS: &[&str] = &["-", "0", "n/a", "na", "nil", "none", "null", "undefined"];

/// Gives every item of a document its keys, best first.
///
/// An id or a link that several different items of the document share says nothing about any of
/// them and is no key. The words are a key only where nothing else is, and an alias elsewhere.
pub(super) fn assign(items: &mut [Item]) {
    let contents: Vec<_> = items.iter().map(content).collect();
    let shared_ids = shared(items.iter().zip(&contents).filter_map(|(item, content)| {
        Some((id(item)?.to_owned(), (item.canonical_url.clone(), *content)))
    }));
    let shared_links = shared(items.iter().zip(&contents).filter_map(|(item, content)| {
        let id = id(item).filter(|id| !shared_ids.contains(*id));
        Some((link(item)?.to_owned(), (id.map(str::to_owned), *content)))
    }));
    for (item, content) in items.iter_mut().zip(contents) {
        if let Some(wire) = item.wire.as_deref().filter(|wire| wire.chain.is_some()) {
            item.keys = of_chain(wire);
            continue;
        }
        let by_id = id(item).filter(|id| !shared_ids.contains(*id)).map(id_key);
        let by_link =
            link(item).filter(|link| !shared_links.contains(*link)).map(|link| key("url", link));
        let mut keys: Vec<_> = by_id.into_iter().chain(by_link).collect();
        if keys.is_empty() {
            keys.push(content);
        } else {
            item.aliases = vec![content];
        }
        item.keys = keys;
    }
}

/// The keys of an agency's item: all versions share the first; by the others it is known where it
/// takes the place of an item of another name. Agencies give good ids, so that several versions in
/// one message are no reason to doubt them, and a link is none.
fn of_chain(wire: &Wire) -> Vec<ItemKey> {
    let ids = wire.chain.iter().chain(wire.replaces.iter().map(|link| &link.id));
    let mut keys: Vec<ItemKey> = Vec::new();
    for key in ids.map(|id| id_key(id.trim())) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Whether the items of a document that were given keys use one id for different links: then
/// an id says nothing about items of other documents of the same feed either.
pub fn ids_repeat(items: &[Item]) -> bool {
    let mut links: BTreeMap<&str, &Item> = BTreeMap::new();
    items.iter().filter(|item| item.wire.is_none()).any(|item| {
        let Some(id) = id(item).filter(|id| !item.keys.contains(&id_key(id))) else { return false };
        let first = links.entry(id).or_insert(item);
        first.canonical_url != item.canonical_url
    })
}

/// Makes items known by their links, else their words, and no longer by their ids.
pub fn by_link(items: &mut [Item]) {
    for item in items.iter_mut().filter(|item| item.wire.is_none()) {
        let by_id = id(item).map(id_key);
        item.keys.retain(|key| Some(*key) != by_id);
        if item.keys.is_empty() {
            item.keys = std::mem::take(&mut item.aliases);
        }
    }
}

/// The names that stand for more than one thing.
fn shared<T: Ord>(named: impl Iterator<Item = (String, T)>) -> BTreeSet<String> {
    let mut things: BTreeMap<String, BTreeSet<T>> = BTreeMap::new();
    for (name, thing) in named {
        things.entry(name).or_default().insert(thing);
    }
    things.into_iter().filter(|(_, things)| things.len() > 1).map(|(name, _)| name).collect()
}

fn id(item: &Item) -> Option<&str> {
    let id = item.raw_id.as_deref()?.trim();
    let empty = id.is_empty() || EMPTY_IDS.contains(&id.to_ascii_lowercase().as_str());
    (!empty).then_some(id)
}

fn link(item: &Item) -> Option<&str> {
    item.canonical_url.as_deref().filter(|link| !address::is_site(link))
}

/// The headline with the date, or with the words where there is no date.
fn content(item: &Item) -> ItemKey {
    let rest = match item.published.or(item.updated) {
        Some(moment) => moment.to_string(),
        None => item.text.clone().unwrap_or_default(),
    };
    key("content", &format!("{}\0{rest}", item.title.as_deref().unwrap_or_default()))
}

/// A site that goes over to `https` has the same ids as before.
fn id_key(id: &str) -> ItemKey {
    let id = id.strip_prefix("https://").or_else(|| id.strip_prefix("http://")).unwrap_or(id);
    key("guid", id)
}

fn key(kind: &str, value: &str) -> ItemKey {
    ItemKey(xxh3_128(format!("{kind}\0{value}").as_bytes()).to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: Option<&str>, url: Option<&str>, title: &str) -> Item {
        Item {
            raw_id: id.map(str::to_owned),
            canonical_url: url.map(str::to_owned),
            title: Some(title.to_owned()),
            ..Item::default()
        }
    }

    fn keys(mut items: Vec<Item>) -> Vec<Vec<ItemKey>> {
        assign(&mut items);
        items.into_iter().map(|item| item.keys).collect()
    }

    const A: Option<&str> = Some("https://paper.example/a");
    const B: Option<&str> = Some("https://paper.example/b");

    #[test]
    fn the_id_leads_and_the_link_follows() {
        let keys =
            keys(vec![item(Some(" 1 "), A, "x"), item(Some("2"), None, "x"), item(None, B, "x")]);
        assert_eq!(keys[0], [key("guid", "1"), key("url", "https://paper.example/a")]);
        assert_eq!(keys[1], [key("guid", "2")]);
        assert_eq!(keys[2], [key("url", "https://paper.example/b")]);
    }

    #[test]
    fn a_new_headline_is_the_same_item() {
        let before = keys(vec![item(Some("1"), A, "x"), item(None, B, "y")]);
        let after = keys(vec![item(Some("1"), A, "new"), item(None, B, "new")]);
        assert_eq!(before, after);
    }

    #[test]
    fn an_id_on_two_items_is_no_id() {
        let keys = keys(vec![item(Some("1"), A, "x"), item(Some("1"), B, "y")]);
        assert_eq!(keys[0], [key("url", "https://paper.example/a")]);
        assert_eq!(keys[1], [key("url", "https://paper.example/b")]);
    }

    #[test]
    fn where_links_coincide_as_well_the_words_lead() {
        let keys = keys(vec![item(Some("1"), A, "x"), item(Some("1"), A, "y")]);
        assert_eq!(keys[0].len(), 1);
        assert_ne!(keys[0], keys[1]);
    }

    #[test]
    fn one_item_printed_twice_keeps_its_key() {
        let keys = keys(vec![item(Some("1"), A, "x"), item(Some("1"), A, "x")]);
        assert_eq!(keys[0], keys[1]);
        assert_eq!(keys[0][0], key("guid", "1"));
    }

    #[test]
    fn a_link_on_many_items_is_no_alias() {
        let keys = keys(vec![item(Some("1"), A, "x"), item(Some("2"), A, "y")]);
        assert_eq!(keys, [[key("guid", "1")], [key("guid", "2")]]);
    }

    #[test]
    fn an_id_on_two_links_says_nothing_in_later_documents_either() {
        let repeat = |mut items: Vec<Item>| {
            assign(&mut items);
            ids_repeat(&items)
        };
        assert!(repeat(vec![item(Some("1"), A, "x"), item(Some("1"), B, "y")]));
        assert!(repeat(vec![item(Some("1"), A, "x"), item(Some("1"), None, "y")]));
        assert!(!repeat(vec![item(Some("1"), A, "x"), item(Some("1"), A, "y")]), "two versions");
        assert!(!repeat(vec![item(Some("n/a"), A, "x"), item(Some("n/a"), B, "y")]), "no ids");
        assert!(!repeat(vec![item(Some("1"), A, "x"), item(Some("2"), A, "y")]));
    }

    #[test]
    fn without_ids_the_links_lead_and_the_words_follow() {
        let mut items =
            vec![item(Some("1"), A, "x"), item(Some("2"), None, "y"), item(None, B, "z")];
        assign(&mut items);
        let words = items[1].aliases.clone();
        by_link(&mut items);
        assert_eq!(items[0].keys, [key("url", "https://paper.example/a")]);
        assert_eq!(items[1].keys, words);
        assert_eq!(items[2].keys, [key("url", "https://paper.example/b")]);
    }

    #[test]
    fn an_id_is_the_same_with_and_without_encryption() {
        let keys = |id| keys(vec![item(Some(id), A, "x")]);
        assert_eq!(keys("http://paper.example/?p=1"), keys("https://paper.example/?p=1"));
    }

    #[test]
    fn what_says_nothing_is_no_key() {
        let home = Some("https://paper.example/");
        let keys =
            keys(vec![item(Some("N/A"), home, "x"), item(None, None, "y"), item(None, None, "")]);
        assert!(keys.iter().all(|keys| keys.len() == 1));
        assert_ne!(keys[0], keys[1]);
    }
}
