//! By what the items of a feed are recognised, and whether their ids still are what they were.

use super::{ReadTx, WriteTx};
use crate::{
    model::{FeedId, Identity, ItemKey},
    store::StoreError,
};

impl ReadTx<'_> {
    /// By what the items of a feed are recognised.
    pub fn identity(&self, feed: FeedId) -> Result<Identity, StoreError> {
        let mut identity = self.db.prepare_cached("SELECT identity FROM feed WHERE id = ?1")?;
        let identity: String = identity.query_row([feed.0], |row| row.get(0))?;
        Ok(if identity == "link" { Identity::Link } else { Identity::Id })
    }

    /// How many items, each given by its keys and aliases, are not known by the first of them but by
    /// another one.
    pub fn known_otherwise(
        &self,
        feed: FeedId,
        items: &[Vec<ItemKey>],
    ) -> Result<usize, StoreError> {
        let mut known =
            self.db.prepare_cached("SELECT 1 FROM article_key WHERE feed = ?1 AND key = ?2")?;
        let mut is_known = |key: &ItemKey| known.exists((feed.0, &key.0[..]));
        let mut count = 0;
        for keys in items {
            let [first, others @ ..] = &keys[..] else { continue };
            if is_known(first)? {
                continue;
            }
            for other in others {
                if is_known(other)? {
                    count += 1;
                    break;
                }
            }
        }
        Ok(count)
    }
}

impl WriteTx<'_> {
    /// From now on, the items of a feed are recognised by their links.
    pub fn recognise_by_link(&self, feed: FeedId) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE feed SET identity = 'link' WHERE id = ?1")?
            .execute([feed.0])?;
        Ok(())
    }
}
