//! By what a message leaves, as its address says.

use std::fmt;

use crate::model::RecipientName;

/// By what a message leaves.
///
/// A mail address holds an `@`. The address of any other channel is the channel's word and the
/// name of the recipient, as in `webhook:desk`: where it leads stands in the configuration and may
/// be secret, and a message that waits goes to where it leads by then.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Channel {
    /// A mail.
    Mail,
    /// A request to a web address.
    Webhook,
    /// A program that is run.
    Exec,
    /// An entry in a feed.
    Feed,
}

impl Channel {
    /// The channel of an address.
    pub fn of(address: &str) -> Self {
        let word = address.split_once(':').map(|(word, _)| word);
        match word.filter(|_| !address.contains('@')) {
            Some("webhook") => Self::Webhook,
            Some("exec") => Self::Exec,
            Some("feed") => Self::Feed,
            _ => Self::Mail,
        }
    }

    /// The address of a recipient on it; for mails that is in the configuration.
    pub fn address(self, recipient: &RecipientName) -> String {
        format!("{self}:{recipient}")
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Exec => "exec",
            Self::Feed => "feed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_its_channel() {
        let desk = RecipientName::new("desk");
        for channel in [Channel::Webhook, Channel::Exec, Channel::Feed] {
            assert_eq!(Channel::of(&channel.address(&desk)), channel);
        }
        for address in ["ops@desk.example", "\"exec:x\"@desk.example", "nobody", "fax:desk"] {
            assert_eq!(Channel::of(address), Channel::Mail, "{address}");
        }
    }
}
