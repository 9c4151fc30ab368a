//! Messages kept in memory: for dry runs and for tests of everything before the wire.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{MailError, Outgoing, Receipt};

/// A mailbox in memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Mailbox>>);

/// What the mailbox holds and what it will say next.
#[derive(Debug, Default)]
struct Mailbox {
    sent: Vec<Outgoing>,
    refusals: VecDeque<MailError>,
}

impl Memory {
    /// All messages taken so far, first first.
    pub fn sent(&self) -> Vec<Outgoing> {
        self.inside().sent.clone()
    }

    /// Refuses one of the next messages in this way; refusals are used up in order.
    pub fn refuse(&self, refusal: MailError) {
        self.inside().refusals.push_back(refusal);
    }

    /// Takes the message, or refuses it as told to.
    pub(super) fn send(&self, message: &Outgoing) -> Result<Receipt, MailError> {
        let mut inside = self.inside();
        if let Some(refusal) = inside.refusals.pop_front() {
            return Err(refusal);
        }
        inside.sent.push(message.clone());
        Ok(Receipt { reply: format!("kept in memory: {}", inside.sent.len()) })
    }

    fn inside(&self) -> MutexGuard<'_, Mailbox> {
        // Each change is one push or pop, so a holder that panicked left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
