//! One message, once: make it, fix its bytes, send it, write down the verdict.

use std::{collections::BTreeMap, sync::Arc};

use tracing::warn;

use super::{Context, InForce, attempt, letter::write_message, telling::told};
use crate::store::{ClaimedDelivery, Course, Ended, Frozen, StoreError, TemplateFailure};

/// How often a message is made again because an alert came while it was being made.
const FREEZES: usize = 5;

/// A delivery whose attempt could not be written down; its lease runs out and it is tried again
/// with the same bytes.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// Reading what to tell failed.
    #[error("reading what delivery {delivery} tells")]
    Read {
        /// Which delivery.
        delivery: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// Writing failed.
    #[error("writing down delivery {delivery}")]
    Write {
        /// Which delivery.
        delivery: String,
        /// Why.
        #[source]
        source: StoreError,
    },
}

/// Attempts a delivery that was claimed.
pub async fn run(context: &Context, claimed: &ClaimedDelivery) -> Result<Ended, DeliverError> {
    let in_force = context.in_force();
    let (ended, course) = match frozen(context, claimed, &in_force).await? {
        Ok(frozen) => attempt::attempt(context, claimed, &in_force, frozen).await,
        Err(why) => (Ended::Dropped { why }, Course::default()),
    };
    attempt::tell(claimed, &ended);
    let (delivery, verdict, now) = (claimed.clone(), ended.clone(), context.clock.now());
    let written =
        context.store.write(move |tx| tx.finish_delivery(&delivery, &verdict, &course, now)).await;
    written.map_err(|source| DeliverError::Write { delivery: claimed.id.to_string(), source })?;
    Ok(ended)
}

/// The bytes of the message: those of the first attempt, or new ones that are fixed before any.
/// The inner error says why there can be no message.
async fn frozen(
    context: &Context,
    claimed: &ClaimedDelivery,
    in_force: &Arc<InForce>,
) -> Result<Result<Frozen, String>, DeliverError> {
    if let Some(frozen) = &claimed.frozen {
        return Ok(Ok(frozen.clone()));
    }
    for _ in 0..FREEZES {
        let now = context.clock.now();
        let told = {
            let (claimed, in_force) = (claimed.clone(), Arc::clone(in_force));
            context.store.read(move |tx| told(tx, &claimed, &in_force.live, now)).await
        };
        let told =
            told.map_err(|source| DeliverError::Read { delivery: claimed.id.to_string(), source })?;
        if told.tellings.is_empty() && told.watch.is_none() {
            return Ok(Err("nothing is left of what it was to tell".to_owned()));
        }
        let newest = told.newest;
        let (frozen, failed) = match write_message(&told, claimed, in_force, now) {
            Ok((bytes, failed)) => {
                (Frozen { sender: in_force.live.sender().to_owned(), bytes }, failed)
            }
            Err(why) => return Ok(Err(why)),
        };
        tell_of_templates(claimed, &failed);
        let (delivery, message) = (claimed.clone(), frozen.clone());
        let fixed = context.store.write(move |tx| {
            for (file, why) in &failed {
                let (file, why) = ((*file).to_owned(), why.clone());
                tx.note_template(&TemplateFailure { file, why, at: now })?;
            }
            tx.freeze(&delivery, newest, &message)
        });
        let fixed = fixed.await;
        if fixed
            .map_err(|source| DeliverError::Write { delivery: claimed.id.to_string(), source })?
        {
            return Ok(Ok(frozen));
        }
    }
    Ok(Err("its alerts would not settle".to_owned()))
}

/// Says that templates of a person's own failed; the message goes out all the same.
fn tell_of_templates(claimed: &ClaimedDelivery, failed: &BTreeMap<&'static str, String>) {
    for (file, why) in failed {
        warn!(delivery.id = %claimed.id, "the template {file} failed, and the built-in one took its place: {why}");
    }
}
