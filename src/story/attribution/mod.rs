//! Whose text it is: credited agencies, cited media and the dateline, each with its evidence.
//!
//! Only the places are read where houses sign: byline and credit line, the head and the tail of
//! the text, notices. Elsewhere an agency's name is at most a citation. A false credit is worse
//! than a missed one, since origins are counted by credits.

mod authorship;
mod cited;
mod infer;
mod notice;
mod place;
mod publishers;
mod roll;
mod sign;
mod signed;
mod table;
mod unknown;

pub use authorship::Authorship;
pub use infer::{CopyOf, Inferred, inferred};
pub use publishers::Publisher;
pub use sign::{Certainty, Sign, Zone};
pub use table::{Agencies, Agency, slug};

use table::{House, Kind, TABLE, Table};

/// The id of a credit to agencies that are not named.
pub const UNNAMED: &str = "agencies";

/// An agency that a text is credited to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credit {
    /// The agency's id in the table (`ians`, `ap`), else a slug of its name.
    pub agency: String,
    /// The agency's name as people write it.
    pub name: String,
    /// The words that say so.
    pub evidence: Sign,
}

/// A medium that a text cites.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Citation {
    /// The medium's id in the table (`dawn`, `reuters`).
    pub medium: String,
    /// The words that cite it.
    pub evidence: Sign,
}

/// What a text says of its own origin.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Provenance {
    /// Credited agencies.
    pub credits: Vec<Credit>,
    /// Media that the text cites.
    pub cited: Vec<Citation>,
    /// The place of the dateline.
    pub dateline: Option<String>,
    /// How the text stands to the house that printed it.
    pub authorship: Authorship,
    /// The words that say so; `None` where nothing speaks against the house's own.
    pub authored: Option<Sign>,
}

/// What a text is read for its origin with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Imprint<'a> {
    /// Byline or authors.
    pub byline: &'a str,
    /// The credit line, where the format has one.
    pub credit: &'a str,
    /// RSS `<source>`.
    pub source: &'a str,
    /// The publisher, by name or by domain.
    pub publisher: &'a str,
    /// The address of the page.
    pub url: &'a str,
    /// Headline.
    pub title: &'a str,
    /// Plain text.
    pub text: &'a str,
}

/// Reads credits, citations and dateline by the built-in table.
pub fn attribute(imprint: &Imprint<'_>) -> Provenance {
    TABLE.attribute(imprint)
}

/// Reads by the built-in table what copies are told by: the agencies that a text is credited to,
/// and how it stands to its publisher.
pub fn signed(imprint: &Imprint<'_>) -> (Vec<Credit>, Authorship) {
    let publisher = TABLE.0.house_of_publisher(imprint.publisher);
    let (credits, authorship, _) = TABLE.signed(imprint, publisher);
    (credits, authorship)
}

impl Agencies {
    /// Reads credits, citations and dateline.
    pub fn attribute(&self, imprint: &Imprint<'_>) -> Provenance {
        let table = &*self.0;
        let publisher = table.house_of_publisher(imprint.publisher);
        let (credits, authorship, authored) = self.signed(imprint, publisher);
        Provenance {
            credits,
            cited: cited::media(imprint.title, imprint.text, table, publisher),
            dateline: place::of(imprint.text, table),
            authorship,
            authored,
        }
    }

    /// Reads the places where houses sign, and no more.
    fn signed(
        &self,
        imprint: &Imprint<'_>,
        publisher: Option<&House>,
    ) -> (Vec<Credit>, Authorship, Option<Sign>) {
        let table = &*self.0;
        let mut credits =
            Credits { table, publisher, list: Vec::new(), signs: Vec::new(), said: None };
        credits.own_site(imprint.publisher);
        let lines = [
            (imprint.credit, Zone::Credit),
            (imprint.byline, Zone::Byline),
            (imprint.source, Zone::Source),
        ];
        for (line, zone) in lines {
            signed::credit_line(line, zone, &mut credits);
        }
        signed::text(imprint.text, &mut credits);
        unknown::signatures(imprint, &mut credits);
        signed::address(imprint.url, &mut credits);
        let (authorship, authored) = authorship::judge(imprint, &credits);
        (credits.list, authorship, authored)
    }

    /// Whether there is a house of that id.
    pub fn knows(&self, id: &str) -> bool {
        self.0.house_of(id).is_some()
    }

    /// The credit of an agency for what it sends itself.
    pub fn own(&self, publisher: &str) -> Credit {
        let id = self.id(publisher);
        let agency = if id == publisher { slug(publisher) } else { id.to_owned() };
        let name = publisher.to_owned();
        Credit { agency, name, evidence: Sign::certain(Zone::Site, publisher) }
    }

    /// Where a text comes from, as origins are counted: the first agency it is credited to, else
    /// `publisher:` and the family of the paper that wrote it.
    pub fn origin(&self, credits: &[Credit], publisher: &str) -> String {
        match credits.first() {
            Some(credit)
                if self.0.house_of(&credit.agency).is_some_and(|h| h.kind == Kind::Medium) =>
            {
                self.family(&credit.name)
            }
            Some(credit) => credit.agency.clone(),
            None => self.family(publisher),
        }
    }

    fn family(&self, publisher: &str) -> String {
        let known = self.0.publishers.called(publisher);
        let family = known.map(|paper| paper.owner.as_ref().unwrap_or(&paper.name));
        format!("publisher:{}", slug(family.map_or(publisher, String::as_str)))
    }
}

/// Credits found so far: each agency once, with the first words that name it, and all such words.
struct Credits<'t> {
    table: &'t Table,
    publisher: Option<&'t House>,
    list: Vec<Credit>,
    signs: Vec<Sign>,
    /// What a sentence of the text says of its making.
    said: Option<(Authorship, Sign)>,
}

impl Credits<'_> {
    fn add(&mut self, house: &House, evidence: Sign) {
        let own = self.publisher.is_some_and(|publisher| publisher.id == house.id);
        if house.kind == Kind::Medium && own {
            return;
        }
        self.push(&house.id, &house.name, evidence);
    }

    fn add_unnamed(&mut self, evidence: Sign) {
        if self.list.is_empty() {
            self.push(UNNAMED, "agencies", evidence);
        }
    }

    /// An agency that is known by its signature alone, when nobody else has signed.
    fn add_unknown(&mut self, id: &str, name: &str, evidence: Sign) {
        let own = self.publisher.is_some_and(|publisher| publisher.id == id);
        if !own && self.list.iter().all(|credit| credit.agency == UNNAMED) {
            self.push(id, name, evidence);
        }
    }

    fn push(&mut self, id: &str, name: &str, evidence: Sign) {
        self.signs.push(evidence.clone());
        self.list.retain(|credit| credit.agency != UNNAMED);
        if self.list.iter().all(|credit| credit.agency != id) {
            self.list.push(Credit { agency: id.to_owned(), name: name.to_owned(), evidence });
        }
    }

    /// What an agency publishes itself is its own.
    fn own_site(&mut self, publisher: &str) {
        if let Some(house) = self.publisher.filter(|house| house.kind != Kind::Medium) {
            self.push(&house.id, &house.name, Sign::certain(Zone::Site, publisher));
        }
    }
}

#[cfg(test)]
mod tests;
