//! Tells of what an agency gave free: its embargo is over.

use super::{Context, promise};
use crate::{alert::Happened, store::StoreError};

/// What became free.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lifted {
    /// Articles that may be told of.
    pub articles: u32,
    /// Alerts made of them.
    pub alerts: u32,
}

/// Frees what may be told of by now, and decides what is told of it, in one transaction.
pub async fn lift(context: &Context) -> Result<Lifted, StoreError> {
    let (in_force, now) = (context.in_force(), context.clock.now());
    let next = context.store.read(|tx| tx.next_lift()).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(Lifted::default());
    }
    let lifted = context.store.write(move |tx| {
        let mut lifted = Lifted::default();
        for freed in tx.lift(now)? {
            let happened = Happened { revision: freed.revision, ..Happened::of(freed.article) };
            lifted.articles += 1;
            lifted.alerts += promise::tell(tx, freed.story, &happened, &in_force.live, now)?;
            lifted.alerts +=
                promise::tell_related(tx, freed.story, &happened, &in_force.live, now)?;
        }
        Ok(lifted)
    });
    let lifted = lifted.await?;
    if lifted.alerts > 0 {
        context.wake.deliveries.notify_one();
    }
    Ok(lifted)
}
