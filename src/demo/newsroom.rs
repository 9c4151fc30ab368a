//! Who prints what in the invented newsroom, and at which second.

use std::time::Duration;

/// A news agency, as `[[agency]]` wants to know it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Agency {
    /// Its id.
    pub id: &'static str,
    /// Its name as people write it.
    pub name: &'static str,
    /// How it signs.
    pub token: &'static str,
}

/// The agency whose dispatch the papers print.
pub const AGENCY: Agency = Agency { id: "qps", name: "Quillon Press Service", token: "QPS" };

/// The dialect a feed is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// RSS 2.0 with the text in `content:encoded` and the author in `dc:creator`.
    RssContent,
    /// RSS 2.0 with the text in `description`, and `<source>`.
    RssSource,
    /// Atom 1.0.
    Atom,
    /// JSON Feed 1.1.
    JsonFeed,
    /// RSS 1.0, which is RDF; it has the first paragraph only, and the page has the others.
    Rdf,
}

/// A feed of the newsroom.
#[derive(Debug)]
pub struct DemoFeed {
    /// Its name for the configuration.
    pub name: &'static str,
    /// Its path on the newsroom's address; the pages of its articles lie beside it.
    pub path: &'static str,
    /// The house that prints it.
    pub publisher: &'static str,
    /// How it is written.
    pub format: Format,
    pub(super) entries: &'static [Entry],
}

/// One version of one text in one feed.
#[derive(Debug)]
pub(super) struct Entry {
    /// Names the article within its feed; a later entry of the same name is its next revision.
    pub(super) slug: &'static str,
    pub(super) role: Role,
    pub(super) appears: Appears,
    pub(super) author: &'static str,
    /// The headline, then paragraphs, all separated by blank lines; see `edition` for the words
    /// in braces.
    pub(super) text: &'static str,
}

/// When an entry is in the feed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Appears {
    /// From the start, dated this many days earlier.
    DaysBefore(u8),
    /// So many milliseconds after the newsroom opened, dated then.
    After(u64),
}

/// What an entry is in the plot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// The agency's text.
    Dispatch,
    /// A paper's copy of it.
    Copy,
    /// The same event in another paper's own words.
    Independent,
    /// The agency's text with a figure put right.
    Correction,
    /// It matches the rule, but was there days before the watch began.
    Stale,
    /// The rule is not about it.
    Unrelated,
}

/// What a watch of the whole newsroom must come to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expected {
    /// The agency that every mail but the independent one credits.
    pub agency: Agency,
    /// One mail a row, in the order of what they tell.
    pub mails: Vec<ExpectedMail>,
}

/// One mail that must come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpectedMail {
    /// Why it is sent: `first` or `correction`, as `alert::Reason::kind` says it.
    pub reason: &'static str,
    /// The story's publishers in order of appearance, the agency's own feed included.
    pub carriers: Vec<&'static str>,
}

/// What a watch of the whole newsroom must come to, read off the table.
pub fn expected() -> Expected {
    let carriers = publishers(&[Role::Dispatch, Role::Copy]);
    let first = |carriers| ExpectedMail { reason: "first", carriers };
    let again = |_| ExpectedMail { reason: "correction", carriers: carriers.clone() };
    let own = publishers(&[Role::Independent]).into_iter().map(|publisher| first(vec![publisher]));
    let corrections = publishers(&[Role::Correction]).into_iter().map(again);
    let mails = std::iter::once(first(carriers.clone())).chain(own).chain(corrections).collect();
    Expected { agency: AGENCY, mails }
}

/// How long after the opening the last entry appears.
pub fn last_revealed() -> Duration {
    FEEDS
        .iter()
        .flat_map(|feed| feed.entries)
        .map(|entry| entry.appears.after())
        .max()
        .unwrap_or_default()
}

impl DemoFeed {
    /// The path that the feed and its pages lie under, as `/quillon`.
    pub(super) fn folder(&self) -> &'static str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

impl Appears {
    /// How long after the opening it is to be seen.
    pub(super) fn after(self) -> Duration {
        match self {
            Self::DaysBefore(_) => Duration::ZERO,
            Self::After(millis) => Duration::from_millis(millis),
        }
    }
}

/// Who has an entry of one of these roles, in order of appearance.
fn publishers(roles: &[Role]) -> Vec<&'static str> {
    let mut found: Vec<_> = FEEDS
        .iter()
        .flat_map(|feed| feed.entries.iter().map(move |entry| (entry, feed.publisher)))
        .filter(|(entry, _)| roles.contains(&entry.role))
        .collect();
    found.sort_by_key(|(entry, _)| entry.appears.after());
    found.into_iter().map(|(_, publisher)| publisher).collect()
}

/// All feeds. Entries of one feed appear at least a second apart, so that `Last-Modified` tells
/// them apart.
pub(super) static FEEDS: [DemoFeed; 7] = [
    DemoFeed {
        name: "quillon",
        path: "/quillon/wire.xml",
        publisher: AGENCY.name,
        format: Format::RssContent,
        entries: &[
            Entry {
                slug: "halvern-dorvistan-call",
                role: Role::Dispatch,
                appears: Appears::After(500),
                author: AGENCY.token,
                text: include_str!("texts/dispatch.txt"),
            },
            Entry {
                slug: "halvern-dorvistan-call",
                role: Role::Correction,
                appears: Appears::After(6_500),
                author: AGENCY.token,
                text: include_str!("texts/corrected.txt"),
            },
            Entry {
                slug: "river-exercise",
                role: Role::Stale,
                appears: Appears::DaysBefore(3),
                author: AGENCY.token,
                text: include_str!("texts/exercise.txt"),
            },
            Entry {
                slug: "lending-rate",
                role: Role::Unrelated,
                appears: Appears::DaysBefore(2),
                author: AGENCY.token,
                text: include_str!("texts/rate.txt"),
            },
        ],
    },
    DemoFeed {
        name: "estmoor-chronicle",
        path: "/estmoor-chronicle/rss.xml",
        publisher: "The Estmoor Chronicle",
        format: Format::RssContent,
        entries: &[
            Entry {
                slug: "marrenholt-tolqat-discuss-sarn-pass",
                role: Role::Copy,
                appears: Appears::After(800),
                author: "Chronicle Web Desk",
                text: include_str!("texts/chronicle.txt"),
            },
            Entry {
                slug: "leaking-roofs",
                role: Role::Unrelated,
                appears: Appears::After(2_200),
                author: "Brenda Osk",
                text: include_str!("texts/budget.txt"),
            },
            Entry {
                slug: "tram-to-the-docks",
                role: Role::Unrelated,
                appears: Appears::DaysBefore(2),
                author: "Henk Varley",
                text: include_str!("texts/tram.txt"),
            },
        ],
    },
    DemoFeed {
        name: "daily-tessera",
        path: "/daily-tessera/atom.xml",
        publisher: "The Daily Tessera",
        format: Format::Atom,
        entries: &[
            Entry {
                slug: "mending-ties",
                role: Role::Copy,
                appears: Appears::After(1_100),
                author: "Tessera Foreign Desk",
                text: include_str!("texts/tessera.txt"),
            },
            Entry {
                slug: "wheat-harvest",
                role: Role::Unrelated,
                appears: Appears::After(2_600),
                author: "Lio Fenmark",
                text: include_str!("texts/wheat.txt"),
            },
            Entry {
                slug: "museum-of-clocks",
                role: Role::Unrelated,
                appears: Appears::DaysBefore(4),
                author: "Lio Fenmark",
                text: include_str!("texts/museum.txt"),
            },
        ],
    },
    DemoFeed {
        name: "harbour-courier",
        path: "/harbour-courier/news.rss",
        publisher: "The Harbour Courier",
        format: Format::RssSource,
        entries: &[
            Entry {
                slug: "helicopter-parts",
                role: Role::Copy,
                appears: Appears::After(1_400),
                author: "Online Desk",
                text: include_str!("texts/courier.txt"),
            },
            Entry {
                slug: "gale-warning",
                role: Role::Unrelated,
                appears: Appears::After(3_000),
                author: "Online Desk",
                text: include_str!("texts/storm.txt"),
            },
            Entry {
                slug: "ferry-fares",
                role: Role::Unrelated,
                appears: Appears::DaysBefore(2),
                author: "Gerda Mohl",
                text: include_str!("texts/ferry.txt"),
            },
        ],
    },
    DemoFeed {
        name: "northreach-post",
        path: "/northreach-post/feed.json",
        publisher: "The Northreach Post",
        format: Format::JsonFeed,
        entries: &[
            Entry {
                slug: "no-arms-sale",
                role: Role::Copy,
                appears: Appears::After(1_700),
                author: "Post Staff",
                text: include_str!("texts/post.txt"),
            },
            Entry {
                slug: "swifts-in-the-wall",
                role: Role::Unrelated,
                appears: Appears::After(3_400),
                author: "Aino Berrel",
                text: include_str!("texts/walkers.txt"),
            },
            Entry {
                slug: "maternity-ward",
                role: Role::Unrelated,
                appears: Appears::DaysBefore(5),
                author: "Aino Berrel",
                text: include_str!("texts/hospital.txt"),
            },
        ],
    },
    DemoFeed {
        name: "lowland-gazette",
        path: "/lowland-gazette/index.rdf",
        publisher: "The Lowland Gazette",
        format: Format::Rdf,
        entries: &[
            Entry {
                slug: "pass-will-stay-open",
                role: Role::Copy,
                appears: Appears::After(2_000),
                author: AGENCY.token,
                text: include_str!("texts/gazette.txt"),
            },
            Entry {
                slug: "potato-blight",
                role: Role::Unrelated,
                appears: Appears::DaysBefore(3),
                author: "Gazette correspondent",
                text: include_str!("texts/potatoes.txt"),
            },
        ],
    },
    DemoFeed {
        name: "uldar-mirror",
        path: "/uldar-mirror/atom.xml",
        publisher: "The Uldar Mirror",
        format: Format::Atom,
        entries: &[
            Entry {
                slug: "hauliers-wait",
                role: Role::Independent,
                appears: Appears::After(2_800),
                author: "Sanna Quade",
                text: include_str!("texts/mirror.txt"),
            },
            Entry {
                slug: "apple-pickers",
                role: Role::Unrelated,
                appears: Appears::DaysBefore(6),
                author: "Sanna Quade",
                text: include_str!("texts/apples.txt"),
            },
        ],
    },
];
