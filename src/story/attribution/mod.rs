//! Whose text it is: credited agencies, cited media and the dateline, each with its evidence.
//!
//! Only the places are read where houses sign: byline and credit line, the head and the tail of
//! the text, notices. Elsewhere an agency's name is at most a citation. A false credit is worse
//! than a missed one, since origins are counted by credits.

mod cited;
mod place;
mod signed;
mod table;
mod unknown;

pub use table::{Agencies, Agency, agency_name, slug};

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
    pub evidence: String,
}

/// What a text says of its own origin.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Provenance {
    /// Credited agencies.
    pub credits: Vec<Credit>,
    /// Media that the text cites.
    pub cited: Vec<String>,
    /// The place of the dateline.
    pub dateline: Option<String>,
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
    /// Headline.
    pub title: &'a str,
    /// Plain text.
    pub text: &'a str,
}

/// Reads credits, citations and dateline by the built-in table.
pub fn attribute(imprint: &Imprint<'_>) -> Provenance {
    TABLE.attribute(imprint)
}

impl Agencies {
    /// Reads credits, citations and dateline.
    pub fn attribute(&self, imprint: &Imprint<'_>) -> Provenance {
        let table = &*self.0;
        let publisher = table.house_called(imprint.publisher);
        let mut credits = Credits { table, publisher, list: Vec::new() };
        credits.own_site(imprint.publisher);
        for line in [imprint.credit, imprint.byline, imprint.source] {
            signed::credit_line(line, &mut credits);
        }
        signed::text(imprint.text, &mut credits);
        unknown::signatures(imprint.text, &mut credits);
        Provenance {
            credits: credits.list,
            cited: cited::media(imprint.title, imprint.text, table),
            dateline: place::of(imprint.text, table),
        }
    }
}

/// Where a text comes from, as origins are counted: the first agency it is credited to, else the
/// house that printed it.
pub fn origin(credits: &[Credit], publisher: &str) -> String {
    match credits.iter().find(|credit| credit.agency != UNNAMED).or_else(|| credits.first()) {
        Some(credit) => credit.agency.clone(),
        None => format!("publisher:{}", slug(publisher)),
    }
}

/// Credits found so far, each agency once, with the first evidence.
struct Credits<'t> {
    table: &'t Table,
    publisher: Option<&'t House>,
    list: Vec<Credit>,
}

impl Credits<'_> {
    fn add(&mut self, house: &House, evidence: &str) {
        let own = self.publisher.is_some_and(|publisher| publisher.id == house.id);
        if house.kind == Kind::Medium && own {
            return;
        }
        self.push(&house.id, &house.name, evidence);
    }

    fn add_unnamed(&mut self, evidence: &str) {
        if self.list.is_empty() {
            self.push(UNNAMED, "agencies", evidence);
        }
    }

    /// An agency that is known by its signature alone, when nobody else has signed.
    fn add_unknown(&mut self, name: &str, evidence: &str) {
        if self.list.iter().all(|credit| credit.agency == UNNAMED) {
            self.push(&slug(name), name, evidence);
        }
    }

    fn push(&mut self, id: &str, name: &str, evidence: &str) {
        if self.list.iter().all(|credit| credit.agency != id) {
            let evidence = shortened(evidence.trim());
            self.list.push(Credit { agency: id.to_owned(), name: name.to_owned(), evidence });
        }
    }

    /// What an agency publishes itself is its own.
    fn own_site(&mut self, publisher: &str) {
        if let Some(house) = self.publisher.filter(|house| house.kind != Kind::Medium) {
            self.push(&house.id, &house.name, publisher);
        }
    }
}

/// The first 100 characters: evidence is shown in mails, and a line may be a whole text.
fn shortened(evidence: &str) -> String {
    match evidence.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &evidence[..end]),
        None => evidence.to_owned(),
    }
}

#[cfg(test)]
mod tests;
