//! Claims the deliveries that are due and attempts each, within limits.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info_span};

use super::{Pulse, wait::sleep_at_most_until};
use crate::{
    observe,
    pipeline::{self, Context, deliver::DeliverError, gate},
    store::{ClaimedDelivery, Course, Ended, Room, StoreError},
};

/// How long a claim holds: longer than all the stages of an SMTP dialogue may take together.
const LEASE: Duration = Duration::from_mins(30);
/// How long to wait after the store refused, and after an attempt that broke.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);
const AFTER_FAULT: Duration = Duration::from_mins(5);

/// Deliveries under way.
#[derive(Debug, Default)]
struct Running {
    sends: JoinSet<Result<Ended, DeliverError>>,
    deliveries: HashMap<Id, ClaimedDelivery>,
}

/// Delivers what is due until told to stop; then waits for the messages that are on the wire, since
/// cutting an SMTP dialogue after the data is how mails come twice.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    let mut running = Running::default();
    loop {
        let nudged = context.wake.deliveries.notified();
        let next = running.start_due(&context).await;
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = running.sends.join_next_with_id() => running.settle(&context, ended).await,
            () = sleep_at_most_until(context.clock, next) => (),
            () = nudged => (),
        }
    }
    while let Some(ended) = running.sends.join_next_with_id().await {
        running.settle(&context, ended).await;
    }
    context.in_force().mailer.close().await;
}

/// What a round of deliveries came to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Delivered {
    /// Messages that were taken.
    pub sent: u32,
    /// Attempts that failed, for now or for good.
    pub failed: u32,
}

/// Attempts everything that is due now, once, and waits for the verdicts.
pub async fn round(context: &Context) -> Result<Delivered, StoreError> {
    let (mut running, mut total) = (Running::default(), Delivered::default());
    loop {
        running.claim(context).await?;
        let Some(ended) = running.sends.join_next_with_id().await else {
            context.in_force().mailer.close().await;
            return Ok(total);
        };
        match &ended {
            Ok((_, Ok(Ended::Sent { .. }))) => total.sent += 1,
            _ => total.failed += 1,
        }
        running.settle(context, ended).await;
    }
}

impl Running {
    /// Starts what may go now; when there may be more.
    async fn start_due(&mut self, context: &Context) -> Option<Timestamp> {
        let now = context.clock.now();
        let looked = async {
            self.claim(context).await?;
            context.store.read(move |tx| tx.next_delivery_due(now)).await
        };
        looked.await.unwrap_or_else(|error| {
            error!("looking for deliveries that are due: {}", observe::chain(&error));
            Some(now + AFTER_REFUSAL)
        })
    }

    async fn claim(&mut self, context: &Context) -> Result<(), StoreError> {
        let (in_force, now) = (context.in_force(), context.clock.now());
        let all = in_force.live.limits.sends;
        let room = Room { all, mails: in_force.mailer.at_once().min(all) };
        if self.sends.len() >= all || !context.store.read(move |tx| tx.is_delivery_due(now)).await?
        {
            return Ok(());
        }
        let live = Arc::clone(&in_force);
        let claim =
            context.store.write(move |tx| gate::claim(tx, &live.live, now, LEASE, room)).await?;
        for delivery in claim {
            let span = info_span!(
                "deliver", delivery.id = %delivery.id, recipient.name = %delivery.recipient,
                attempt = delivery.attempts + 1
            );
            let (trip, claimed) = (context.clone(), delivery.clone());
            let attempt = async move { pipeline::deliver::run(&trip, &claimed).await };
            let id = self.sends.spawn(attempt.instrument(span)).id();
            self.deliveries.insert(id, delivery);
        }
        Ok(())
    }

    /// An attempt that panicked is a failure of its message and is tried again later.
    async fn settle(
        &mut self,
        context: &Context,
        ended: Result<(Id, Result<Ended, DeliverError>), JoinError>,
    ) {
        let fault = match ended {
            Ok((id, attempt)) => {
                let delivery = self.deliveries.remove(&id);
                match attempt {
                    Ok(ended) => count(context, delivery.as_ref(), &ended).await,
                    Err(error) => error!("{}", observe::chain(&error)),
                }
                return;
            }
            Err(fault) => fault,
        };
        context.metrics.broke("deliverer");
        let Some(delivery) = self.deliveries.remove(&fault.id()) else { return };
        error!(delivery.id = %delivery.id, "delivery {} broke: {fault}", delivery.id);
        let now = context.clock.now();
        let again = Ended::Again { at: now + AFTER_FAULT, error: fault.to_string() };
        if let Err(error) = context
            .store
            .write(move |tx| tx.finish_delivery(&delivery, &again, &Course::default(), now))
            .await
        {
            error!("{}", observe::chain(&error));
        }
    }
}

/// Counts an attempt, and how old the news was when a message was taken.
async fn count(context: &Context, delivery: Option<&ClaimedDelivery>, ended: &Ended) {
    context.metrics.delivered(ended.as_str());
    let Some(delivery) = delivery.filter(|_| matches!(ended, Ended::Sent { .. })) else { return };
    let (id, now) = (delivery.id, context.clock.now());
    match context.store.read(move |tx| tx.told_since(id)).await {
        Ok(since) => since
            .iter()
            .for_each(|since| context.metrics.told(now.duration_since(*since).unsigned_abs())),
        Err(error) => error!("{}", observe::chain(&error)),
    }
}
