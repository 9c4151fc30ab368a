//! What a copy without a credit owes to the copies that have one.

use jiff::Timestamp;

use super::{Credit, Provenance, UNNAMED, Zone, table::TABLE};
use crate::{model::ArticleId, story::slug};

/// A copy of a story, as far as credits go.
#[derive(Clone, Copy, Debug)]
pub struct CopyOf<'a> {
    /// Which article.
    pub article: ArticleId,
    /// When it was published, else seen.
    pub at: Timestamp,
    /// The house that printed it.
    pub publisher: &'a str,
    /// What it says itself.
    pub provenance: &'a Provenance,
    /// The article that it was found to be a copy of.
    pub compared_with: Option<ArticleId>,
}

/// A credit that a copy does not state itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inferred {
    /// The agency's id.
    pub agency: String,
    /// The agency's name as people write it.
    pub name: String,
    /// The article that states it.
    pub from: ArticleId,
}

/// The credits of copies that state none, taken from the copy that each was compared with, else
/// from the first that states one. The lead, what is older than the first credited copy, and a
/// publisher that a credited copy cites owe nobody: the text may have been theirs.
pub fn inferred(copies: &[CopyOf<'_>], lead: ArticleId) -> Vec<(ArticleId, Inferred)> {
    let stated: Vec<_> = copies.iter().filter(|copy| named(copy).is_some()).collect();
    let Some(first) = stated.iter().min_by_key(|copy| (copy.at, copy.article)) else {
        return Vec::new();
    };
    let is_cited = |publisher: &str| {
        let id = publisher_id(publisher);
        let mut cited = stated.iter().flat_map(|copy| &copy.provenance.cited);
        cited.any(|citation| citation.medium == id)
    };
    let owes = |copy: &&CopyOf<'_>| {
        copy.provenance.credits.is_empty()
            && copy.article != lead
            && copy.at >= first.at
            && !is_cited(copy.publisher)
    };
    let credit = |copy: &CopyOf<'_>| {
        let near = stated.iter().find(|other| Some(other.article) == copy.compared_with);
        let from = near.unwrap_or(first);
        let credit = named(from)?;
        let (agency, name) = (credit.agency.clone(), credit.name.clone());
        Some((copy.article, Inferred { agency, name, from: from.article }))
    };
    copies.iter().filter(owes).filter_map(credit).collect()
}

/// The first agency that a copy names as the text's own; one that it only draws on is not.
fn named<'a>(copy: &CopyOf<'a>) -> Option<&'a Credit> {
    let whole = |credit: &&Credit| credit.agency != UNNAMED && credit.evidence.zone != Zone::Inputs;
    copy.provenance.credits.iter().find(whole)
}

/// A publisher as citations name it.
fn publisher_id(publisher: &str) -> String {
    let house = TABLE.0.house_of_publisher(publisher);
    house.map_or_else(|| slug(publisher), |house| house.id.clone())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Imprint, attribute},
        *,
    };

    const CREDITED: &str = "ARDEN, Nov 3 (IANS): The harbour shut.";
    const PLAIN: &str = "The harbour shut.";

    /// Copies in the order of their numbers, each with hour, publisher, text and what it was
    /// compared with; the credits that are inferred, each with the article it comes from.
    fn check(lead: i64, copies: &[(i64, &str, &str, i64)], expected: &[(i64, &str, i64)]) {
        let read: Vec<_> = copies
            .iter()
            .map(|(_, publisher, text, _)| {
                attribute(&Imprint { publisher, text, ..Imprint::default() })
            })
            .collect();
        let copies: Vec<_> = (1..)
            .zip(copies.iter().zip(&read))
            .map(|(number, ((hour, publisher, _, other), provenance))| CopyOf {
                article: ArticleId(number),
                at: Timestamp::from_second(hour * 3_600).unwrap(),
                publisher,
                provenance,
                compared_with: Some(ArticleId(*other)),
            })
            .collect();
        let found = inferred(&copies, ArticleId(lead));
        let found: Vec<_> = found
            .iter()
            .map(|(at, credit)| (at.0, credit.agency.as_str(), credit.from.0))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_later_copy_owes_what_the_one_before_it_states() {
        check(1, &[(0, "Arden Post", CREDITED, 0), (1, "Ebb Tide", PLAIN, 1)], &[(2, "ians", 1)]);
    }

    #[test]
    fn the_copy_compared_with_speaks_before_the_first() {
        let pti = "ARDEN, Nov 3 (PTI) The harbour shut.";
        check(
            1,
            &[
                (0, "Arden Post", CREDITED, 0),
                (1, "Lantern", pti, 1),
                (2, "Ebb Tide", PLAIN, 2),
                (3, "Quay News", PLAIN, 9),
            ],
            &[(3, "pti", 2), (4, "ians", 1)],
        );
    }

    #[test]
    fn the_lead_and_what_is_older_than_the_first_credit_owe_nobody() {
        check(
            1,
            &[
                (0, "Arden Post", PLAIN, 0),
                (1, "Ebb Tide", PLAIN, 1),
                (2, "Lantern", CREDITED, 1),
                (2, "Quay News", PLAIN, 1),
            ],
            &[(4, "ians", 3)],
        );
        check(2, &[(0, "Arden Post", CREDITED, 0), (1, "Ebb Tide", PLAIN, 1)], &[]);
    }

    #[test]
    fn a_publisher_that_is_cited_owes_nobody() {
        let citing = "ARDEN, Nov 3 (IANS): The harbour shut, the Dawn reported on Wednesday.";
        let copies =
            [(0, "Arden Post", citing, 0), (1, "Dawn", PLAIN, 1), (1, "Ebb Tide", PLAIN, 1)];
        check(1, &copies, &[(3, "ians", 1)]);
    }

    #[test]
    fn an_agency_that_a_paper_drew_on_is_not_owed() {
        let drawn = "The harbour shut. (With inputs from PTI)";
        check(1, &[(0, "Arden Post", drawn, 0), (1, "Ebb Tide", PLAIN, 1)], &[]);
    }

    #[test]
    fn unnamed_agencies_are_nothing_to_infer() {
        let unnamed = "ARDEN (Agencies) - The harbour shut.";
        check(1, &[(0, "Arden Post", unnamed, 0), (1, "Ebb Tide", PLAIN, 1)], &[]);
        check(1, &[(0, "Arden Post", CREDITED, 0), (1, "Ebb Tide", unnamed, 1)], &[]);
    }
}
