//! The words by which a text is credited or cites, where they stand, and how sure they are.

use std::fmt;

/// Where words stand that say whose a text is: each zone has shapes of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Zone {
    /// The publisher is the house itself.
    Site,
    /// The credit line.
    Credit,
    /// The byline.
    Byline,
    /// RSS `<source>`.
    Source,
    /// A line above the text.
    Head,
    /// The dateline.
    Dateline,
    /// The end of the text.
    SignOff,
    /// "With inputs from …": agencies that a text draws on.
    Inputs,
    /// A sentence that speaks of the text itself.
    Notice,
    /// A copyright line.
    Copyright,
    /// The address of the page.
    Address,
    /// The text, where it cites.
    Text,
    /// A copy of the text that is credited.
    Copy,
}

/// How sure it is that words mean what they are taken for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Certainty {
    /// A known house, named where houses sign.
    Certain,
    /// A shape that rarely means something else.
    Likely,
    /// Nothing in the text itself says so.
    Inferred,
}

/// Words that say whose a text is, or whom it cites.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sign {
    /// Where they stand.
    pub zone: Zone,
    /// How sure they are.
    pub certainty: Certainty,
    /// The words, cut to a length that can be shown.
    pub words: String,
}

/// The longest words that are kept, in characters: they are shown in mails, and a line may be a
/// whole text.
const LONGEST: usize = 100;

impl Sign {
    pub(super) fn certain(zone: Zone, words: &str) -> Self {
        Self { zone, certainty: Certainty::Certain, words: shortened(words) }
    }

    pub(super) fn likely(zone: Zone, words: &str) -> Self {
        Self { zone, certainty: Certainty::Likely, words: shortened(words) }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

fn shortened(words: &str) -> String {
    let words = words.trim();
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

/// Stable spellings, for the store and for JSON.
macro_rules! spelled {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl $name {
            /// The stable spelling.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// From the stable spelling.
            pub fn from_spelling(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(super) use spelled;

spelled!(Zone {
    Site = "site",
    Credit = "credit",
    Byline = "byline",
    Source = "source",
    Head = "head",
    Dateline = "dateline",
    SignOff = "sign_off",
    Inputs = "inputs",
    Notice = "notice",
    Copyright = "copyright",
    Address = "address",
    Text = "text",
    Copy = "copy",
});

spelled!(Certainty { Certain = "certain", Likely = "likely", Inferred = "inferred" });
