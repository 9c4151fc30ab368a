//! Papers under all their names: editions are one publisher, and papers of one owner one family.

use std::collections::HashMap;

use serde::Deserialize;

use super::table::{by_site, without_article};

/// A paper.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// Its name as people write it.
    pub name: String,
    /// Its sites, each with all that comes under it.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Other names under which it is printed or fed.
    #[serde(default)]
    pub editions: Vec<String>,
    /// Whoever owns it and other papers that share newsrooms and copy with it.
    pub owner: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Raw {
    publisher: Vec<Publisher>,
}

/// All publishers that are known, found by name, edition or site.
pub(super) struct Publishers {
    list: Vec<Publisher>,
    by_name: HashMap<String, usize>,
}

impl Publishers {
    /// The built-in publishers and these, whose names and sites count before those of the table.
    pub(super) fn with(added: &[Publisher]) -> Self {
        let built_in: Raw = toml::from_str(include_str!("../publishers.toml")).unwrap_or_default();
        let list: Vec<_> = added.iter().cloned().chain(built_in.publisher).collect();
        let mut by_name = HashMap::new();
        for (at, publisher) in list.iter().enumerate() {
            let names = std::iter::once(&publisher.name);
            for name in names.chain(&publisher.domains).chain(&publisher.editions) {
                by_name.entry(without_article(name)).or_insert(at);
            }
        }
        Self { list, by_name }
    }

    /// The paper that is called so, or whose site it is.
    pub(super) fn called(&self, name: &str) -> Option<&Publisher> {
        by_site(name, |name| self.list.get(*self.by_name.get(name)?))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::table::Agencies, *};

    #[test]
    fn the_table_is_sound() {
        let publishers = Publishers::with(&[]);
        assert!(publishers.list.len() > 250);
        let mut taken = BTreeSet::new();
        for publisher in &publishers.list {
            assert!(!publisher.domains.is_empty(), "{}", publisher.name);
            for domain in &publisher.domains {
                assert!(taken.insert(domain.clone()), "{domain} stands twice");
            }
            let names = publisher.editions.iter().chain([&publisher.name]);
            let names: BTreeSet<_> = names.map(|name| without_article(name)).collect();
            for name in names.iter().filter(|name| !publisher.domains.contains(name)) {
                assert!(taken.insert(name.clone()), "{name} stands twice");
            }
        }
    }

    #[test]
    fn a_paper_has_one_id_by_name_and_by_site() {
        let agencies = Agencies::default();
        for publisher in &Publishers::with(&[]).list {
            for domain in &publisher.domains {
                let house = agencies.0.house_called(domain);
                let named = agencies.0.house_called(&publisher.name);
                if let (Some(house), Some(named)) = (house, named) {
                    assert_eq!(house.id, named.id, "{domain}");
                }
            }
        }
    }
}
