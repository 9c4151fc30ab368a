//! Learns by what the items of a feed are recognised: their ids, until those are worth nothing.

use tracing::info;

use super::Context;
use crate::{
    model::{Identity, Item},
    parse,
    store::{ClaimedFeed, ReadTx, StoreError},
};

/// So many items of a document must be known under another id before ids are given up: a paper may
/// print one article once more.
const FEWEST: usize = 3;

/// And this share of the items that have an id, in per cent.
const SHARE: usize = 80;

/// What a whole document says of ids.
pub(super) struct Ids {
    /// Items that have one.
    count: usize,
    /// Several items share some of them.
    repeat: bool,
}

impl Ids {
    pub(super) fn of(items: &[Item]) -> Self {
        let count = items.iter().filter(|item| has_doubtful_id(item)).count();
        Self { count, repeat: parse::ids_repeat(items) }
    }
}

/// Whether an item has an id that may be worth nothing; those of agencies are good.
fn has_doubtful_id(item: &Item) -> bool {
    item.raw_id.is_some() && item.wire.is_none()
}

/// By what this feed's items are recognised, given those of a document that are not stored as they
/// are.
///
/// Ids are given up for good once the items of one document share some of them, or nearly all of
/// them are new while their links, or headlines and dates, are known.
pub(super) async fn settle(
    context: &Context,
    claimed: &ClaimedFeed,
    ids: &Ids,
    unknown: &[Item],
) -> Result<Identity, StoreError> {
    if unknown.is_empty() {
        return Ok(Identity::Id);
    }
    let feed = claimed.state.id;
    let with_id = unknown.iter().filter(|item| has_doubtful_id(item));
    let keys: Vec<Vec<_>> = with_id.map(|item| [&item.keys[..], &item.aliases].concat()).collect();
    let look_up = move |tx: &ReadTx<'_>| Ok((tx.identity(feed)?, tx.known_otherwise(feed, &keys)?));
    let (known, renamed) = context.store.read(look_up).await?;
    let why = match known {
        Identity::Link => return Ok(Identity::Link),
        Identity::Id if ids.repeat => "several items share an id",
        Identity::Id if renamed >= FEWEST && renamed * 100 >= ids.count * SHARE => {
            "known items have new ids"
        }
        Identity::Id => return Ok(Identity::Id),
    };
    let name = &claimed.state.name;
    info!(feed.name = %name, "feed `{name}`: {why}; its items are recognised by their links from now on");
    Ok(Identity::Link)
}
