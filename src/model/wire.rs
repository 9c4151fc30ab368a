//! What an agency's document says of an item beside its words.

use jiff::Timestamp;

use super::article::{Article, Item};

/// What the agency allows (NewsML-G2 `pubStatus`, NITF `management-status`, NewsML 1.2 `Status`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Status {
    /// It may be used.
    #[default]
    Usable,
    /// Not before the time that the document says.
    Embargoed,
    /// Not until another version says otherwise; also what a status means that nobody knows.
    Withheld,
    /// Never again, and what was made of it must be recalled.
    Canceled,
}

impl Status {
    /// The stable spelling, that of the IPTC.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Embargoed => "embargoed",
            Self::Withheld => "withheld",
            Self::Canceled => "canceled",
        }
    }

    /// The status of that spelling.
    pub fn from_spelling(text: &str) -> Option<Self> {
        [Self::Usable, Self::Embargoed, Self::Withheld, Self::Canceled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// What sort of thing an item is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Kind {
    /// News in words.
    #[default]
    Text,
    /// A list of other items.
    Package,
    /// A word of the agency to its customers.
    Advisory,
    /// What is expected to happen.
    Daybook,
    /// A remark of the service about itself: an imprint, a test.
    Notice,
    /// A picture, a graphic, a video, a sound.
    Media,
}

impl Kind {
    /// The stable spelling, which rules ask for as `type:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Package => "package",
            Self::Advisory => "advisory",
            Self::Daybook => "daybook",
            Self::Notice => "notice",
            Self::Media => "media",
        }
    }

    /// The kind of that spelling.
    pub fn from_spelling(text: &str) -> Option<Self> {
        [Self::Text, Self::Package, Self::Advisory, Self::Daybook, Self::Notice, Self::Media]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// An earlier item that a document names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Link {
    /// Its id.
    pub id: String,
    /// Its version, where one is named.
    pub version: Option<String>,
}

/// What an agency's document says of an item beside its words.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wire {
    /// What sort of thing it is.
    pub kind: Kind,
    /// What the agency allows.
    pub status: Status,
    /// The id that all versions of the item share.
    pub chain: Option<String>,
    /// Who sent it, which is not always whose text it is.
    pub provider: Option<String>,
    /// The few words by which desks call the story.
    pub slugline: Option<String>,
    /// Where it was written, by the metadata.
    pub located: Option<String>,
    /// What the agency tells editors.
    pub note: Option<String>,
    /// What the document says of its purpose, as written: signals, editorial types, take words.
    pub signals: Vec<String>,
    /// Subjects as `scheme:code`.
    pub subjects: Vec<String>,
    /// Items that this one takes the place of.
    pub replaces: Vec<Link>,
    /// The language by the document's word, where the text is in another.
    pub label: Option<String>,
    /// It corrects an earlier version.
    pub corrects: bool,
}

/// What is to be done with an item of an agency.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Store and match it.
    Store,
    /// The same, in place of an earlier one that it names.
    Replace,
    /// Recall it.
    Kill,
    /// Store and match it, and tell nobody before that moment; where there is none, before another
    /// version comes.
    Hold(Option<Timestamp>),
    /// Store it.
    Ignore,
}

impl Action {
    /// The stable spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Replace => "replace",
            Self::Kill => "kill",
            Self::Hold(_) => "hold",
            Self::Ignore => "ignore",
        }
    }
}

impl Item {
    /// What is to be done with it; nothing where it is of no agency's document.
    pub fn action(&self) -> Option<Action> {
        let wire = self.wire.as_deref()?;
        Some(match wire.status {
            Status::Canceled => Action::Kill,
            Status::Withheld => Action::Hold(None),
            _ if wire.kind != Kind::Text => Action::Ignore,
            Status::Embargoed => Action::Hold(self.embargo),
            Status::Usable if self.embargo.is_some() => Action::Hold(self.embargo),
            Status::Usable if !wire.replaces.is_empty() => Action::Replace,
            Status::Usable => Action::Store,
        })
    }
}

/// The largest version that is believed to count: greater numbers are those of a sequence.
const MAX_COUNT: u32 = 9_999;

impl Article {
    /// Whether what is stored is a later version of the same item: what comes in another order than
    /// it was sent in changes nothing.
    ///
    /// Versions are compared where both count from one, else the dates that the agency gives them;
    /// a recall is never too late.
    pub fn is_before(&self, stored: &Self) -> bool {
        let (Some(wire), Some(before)) = (&self.wire, &stored.wire) else { return false };
        if wire.status == Status::Canceled {
            return false;
        }
        let count = |article: &Self| -> Option<u32> {
            article.version.as_deref()?.parse().ok().filter(|count| *count <= MAX_COUNT)
        };
        // One that takes the place of another counts from one again.
        let is_one_chain = wire.chain == before.chain;
        match (count(self), count(stored), self.updated, stored.updated) {
            (Some(this), Some(that), ..) if is_one_chain && this != that => this < that,
            (_, _, Some(this), Some(that)) => this < that,
            _ => false,
        }
    }

    /// Whether the agency recalls it.
    pub fn is_recalled(&self) -> bool {
        self.wire.as_ref().is_some_and(|wire| wire.status == Status::Canceled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(status: Status, kind: Kind) -> Item {
        Item { wire: Some(Box::new(Wire { kind, status, ..Wire::default() })), ..Item::default() }
    }

    #[test]
    fn what_is_to_be_done_follows_from_status_kind_and_embargo() {
        let embargo = Some(Timestamp::MAX);
        let link = Link { id: "1".into(), version: None };
        let mut replacing = item(Status::Usable, Kind::Text);
        replacing.wire.as_mut().unwrap().replaces = vec![link];
        for (item, action) in [
            (item(Status::Usable, Kind::Text), Action::Store),
            (replacing, Action::Replace),
            (item(Status::Canceled, Kind::Package), Action::Kill),
            (item(Status::Withheld, Kind::Text), Action::Hold(None)),
            (Item { embargo, ..item(Status::Usable, Kind::Text) }, Action::Hold(embargo)),
            (Item { embargo, ..item(Status::Embargoed, Kind::Text) }, Action::Hold(embargo)),
            (item(Status::Usable, Kind::Advisory), Action::Ignore),
        ] {
            assert_eq!(item.action(), Some(action));
        }
        assert_eq!(Item::default().action(), None, "a paper says nothing of the kind");
    }
}
