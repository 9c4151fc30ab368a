//! What every code of a diagnostic means, at length, with mistakes and how to mend them.

/// A code that a query may be refused or warned with.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `E104`: errors begin with `E`, warnings with `W`.
    pub code: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Why it is refused, or warned of: one paragraph.
    pub meaning: &'static str,
    /// Mistakes that give it, each mended.
    pub examples: &'static [Example],
}

/// A mistake and its mending.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Gives the code.
    pub wrong: &'static str,
    /// Does not.
    pub right: &'static str,
    /// What stands under `[alias]` in the mistake.
    pub aliases: Written,
    /// What stands there when it is mended.
    pub mended: Written,
}

/// Aliases as name and query.
pub type Written = &'static [(&'static str, &'static str)];

const fn mend(wrong: &'static str, right: &'static str) -> Example {
    Example { wrong, right, aliases: &[], mended: &[] }
}

/// The entry of a code, written in any case.
pub fn code(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code.eq_ignore_ascii_case(name))
}

/// Every code, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E100",
        title: "the query is empty",
        meaning: "A rule has to ask for something. A query of spaces alone would match nothing, or everything; neither is what anybody wants.",
        examples: &[mend(" ", "Norland AND harbour")],
    },
    Code {
        code: "E101",
        title: "a quotation mark, brace or regular expression is not closed",
        meaning: "What is opened must be closed: a phrase by a quotation mark of any kind, an exact word by }, a regular expression by /. To search for the mark itself, put a backslash before it.",
        examples: &[
            mend("\"Norland harbour", "\"Norland harbour\""),
            mend("{BT", "{BT}"),
            mend("/flight [0-9]+", "/flight [0-9]+/"),
        ],
    },
    Code {
        code: "E102",
        title: "a parenthesis or comment does not fit",
        meaning: "Each ( needs its ), with something between them, and each /* needs its */. A missing parenthesis changes what belongs together, so nothing is guessed.",
        examples: &[
            mend("(Norland OR Arden AND harbour", "(Norland OR Arden) AND harbour"),
            mend("Norland AND harbour)", "Norland AND harbour"),
            mend("Norland AND ()", "Norland"),
            mend("Norland /* the country", "Norland /* the country */"),
        ],
    },
    Code {
        code: "E103",
        title: "an operator of another language",
        meaning: "Signs such as && || ! + and functions such as allcaps() have a meaning in other tools that they do not have here. Taking them for words, as many tools do, would make a rule that silently never matches.",
        examples: &[
            mend("Norland && harbour", "Norland AND harbour"),
            mend("recycl! AND plastic", "recycl* AND plastic"),
            mend("+Norland AND harbour", "Norland AND harbour"),
            mend("allcaps(RICO)", "=RICO"),
            mend("Norland - cricket", "Norland NOT cricket"),
        ],
    },
    Code {
        code: "E104",
        title: "no operator between two terms",
        meaning: "Two words side by side mean AND in some tools, OR in others, and a phrase in yet others. Say which: quotation marks for the phrase, AND or OR for the words.",
        examples: &[
            mend("Norland harbour", "\"Norland harbour\""),
            mend("title:Norland harbour", "title:(Norland AND harbour)"),
            mend("Norland, harbour", "Norland OR harbour"),
        ],
    },
    Code {
        code: "E105",
        title: "an operator that is spelled otherwise",
        meaning: "Operators are written in capitals: in lower case, and is an operator in some tools and a word in others. Proximity needs a slash before its number. To search for the word itself, quote it.",
        examples: &[
            mend("Norland and harbour", "Norland AND harbour"),
            mend("Norland near5 harbour", "Norland NEAR/5 harbour"),
            mend("truth AND or AND dare", "truth AND \"or\" AND dare"),
        ],
    },
    Code {
        code: "E106",
        title: "nothing has to be present",
        meaning: "A query of NOT alone would match almost every story there is. Name something that must be there; whoever really wants all stories but some writes * first.",
        examples: &[
            mend("NOT cricket", "Norland NOT cricket"),
            mend("Norland OR (NOT cricket)", "Norland OR (* NOT cricket)"),
        ],
    },
    Code {
        code: "E107",
        title: "NOT and OR side by side",
        meaning: "Tools disagree whether a NOT b OR c is (a NOT b) OR c, or a NOT (b OR c): the first lets in every story about c, the second keeps them all out. Parentheses say which is meant.",
        examples: &[mend("Norland NOT cricket OR hockey", "Norland NOT (cricket OR hockey)")],
    },
    Code {
        code: "E108",
        title: "NOT twice in a row",
        meaning: "Two NOTs cancel each other, which is hardly ever meant: one of them is a slip.",
        examples: &[mend("Norland NOT NOT cricket", "Norland NOT cricket")],
    },
    Code {
        code: "E109",
        title: "a term is missing",
        meaning: "An operator stands between two terms, and a phrase has at least one word. Punctuation alone is no word, since stories are searched by words.",
        examples: &[
            mend("Norland AND", "Norland AND harbour"),
            mend("Norland AND OR harbour", "Norland OR harbour"),
            mend("\"...\"", "/\\.\\.\\./"),
        ],
    },
    Code {
        code: "E110",
        title: "too few letters beside a wildcard",
        meaning: "A wildcard needs three letters beside it, two in other scripts than Latin: N* stands for thousands of words and would match almost every story.",
        examples: &[mend("N*", "Norl*")],
    },
    Code {
        code: "E111",
        title: "a distance that cannot be",
        meaning: "Distances go up to 255 words. W/n and PRE/n count from word to word, so the nearest they can ask for is 1; NEAR/n and ONEAR/n count the words between, so theirs is 0.",
        examples: &[
            mend("Norland NEAR/300 harbour", "Norland W/P harbour"),
            mend("Norland W/0 harbour", "Norland W/1 harbour"),
        ],
    },
    Code {
        code: "E112",
        title: "proximity or counting of something that has no place",
        meaning: "Near and ATLEAST look at where words stand. A word, a phrase, a wildcard, an OR of these and a nested proximity have a place; AND, NOT, a regular expression and a number have none.",
        examples: &[
            mend("Norland NEAR/3 (NOT cricket)", "Norland NOT NEAR/3 cricket"),
            mend(
                "(Norland AND Arden) NEAR/5 harbour",
                "(Norland NEAR/5 harbour) AND (Arden NEAR/5 harbour)",
            ),
            mend("ATLEAST/2(Norland AND harbour)", "ATLEAST/2(Norland OR harbour)"),
        ],
    },
    Code {
        code: "E113",
        title: "a field inside a proximity",
        meaning: "Words are near one another within one field only: headline and text have no distance. Put the field before the whole proximity.",
        examples: &[mend("title:Norland NEAR/3 body:harbour", "title:(Norland NEAR/3 harbour)")],
    },
    Code {
        code: "E114",
        title: "a field inside a field",
        meaning: "A word in the headline cannot be in the text at the same time: one of the two fields would be ignored. Close the first before the second; an alias that is used behind a field must not set one itself.",
        examples: &[
            mend("title:(Norland AND body:harbour)", "title:Norland AND body:harbour"),
            Example {
                wrong: "body:$port",
                right: "body:$port",
                aliases: &[("port", "title:harbour OR title:pier")],
                mended: &[("port", "harbour OR pier")],
            },
        ],
    },
    Code {
        code: "E115",
        title: "a count that does not fit its list",
        meaning: "n OF asks for at least one and at most as many as the list has; ATLEAST takes one term, or one group of alternatives that are counted together.",
        examples: &[
            mend("3 OF (Norland, harbour)", "2 OF (Norland, harbour)"),
            mend("ATLEAST/3(Norland, harbour)", "ATLEAST/3(Norland OR harbour)"),
        ],
    },
    Code {
        code: "E116",
        title: "a bad regular expression",
        meaning: "The pattern does not compile, is too large, or has an unknown flag. The syntax has no look-around and no back-references: that is why no pattern can hang the matcher. Flags are i, m and s.",
        examples: &[mend("/flight [0-9+/", "/flight [0-9]+/"), mend("/norland/x", "/norland/i")],
    },
    Code {
        code: "E117",
        title: "a word too short for fuzzy search",
        meaning: "One edit in a word of three letters gives a hundred other words. ~1 needs four letters and ~2 eight; values of keyword fields take * and ? instead.",
        examples: &[mend("war~1", "war OR wars"), mend("source:Ardn~1", "source:Ard*n")],
    },
    Code {
        code: "E120",
        title: "an unknown field",
        meaning: "What stands before a colon without a space is a field. A field that does not exist would never match, so it is refused; quote the whole to search for the text itself.",
        examples: &[mend("titel:Norland", "title:Norland"), mend("Re:Invent", "\"Re:Invent\"")],
    },
    Code {
        code: "E121",
        title: "a field that needs a number or a date",
        meaning: "words: and priority: are compared with a number, published: with a date that is written from the year on and may stop anywhere.",
        examples: &[
            mend("Norland AND words:many", "Norland AND words:>300"),
            mend("Norland AND published:>=May", "Norland AND published:>=2026-05"),
        ],
    },
    Code {
        code: "E122",
        title: "a space after a field name",
        meaning: "With a space it is not clear whether the colon belongs to a field or to the text, and how far the field would reach.",
        examples: &[
            mend("title: Norland", "title:Norland"),
            mend("title: Norland OR title: Arden", "title:(Norland OR Arden)"),
        ],
    },
    Code {
        code: "E130",
        title: "parentheses too deep",
        meaning: "64 parentheses inside one another are allowed, and 128 together with those of the aliases that are used inside one another. No reader follows more, and the matcher need not.",
        examples: &[mend(
            "(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((Norland)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))",
            "(Norland)",
        )],
    },
    Code {
        code: "E131",
        title: "a query that is too long",
        meaning: "A query has at most 20,000 characters and, with aliases spelled out, 50,000 terms; a phrase whose words may stand in any order has at most 32 words. Long lists belong into [alias].",
        examples: &[mend(
            "\"a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb cc dd ee ff gg\"~5",
            "\"Norland harbour pier\"~5",
        )],
    },
    Code {
        code: "E140",
        title: "an unknown alias",
        meaning: "$name stands for a query that is written under [alias] in the configuration. There is none of that name.",
        examples: &[Example {
            wrong: "$norlnd AND harbour",
            right: "$norland AND harbour",
            aliases: &[("norland", "Norland OR Norlanders")],
            mended: &[("norland", "Norland OR Norlanders")],
        }],
    },
    Code {
        code: "E141",
        title: "aliases that use one another in a circle",
        meaning: "An alias may use others, but not itself, directly or by way of another: it would never end.",
        examples: &[Example {
            wrong: "$ship",
            right: "$ship",
            aliases: &[("ship", "vessel OR $boat"), ("boat", "ferry OR $ship")],
            mended: &[("ship", "vessel OR $boat"), ("boat", "ferry OR yacht")],
        }],
    },
    Code {
        code: "W201",
        title: "AND and OR side by side",
        meaning: "Without parentheses, AND is read before OR here as in most tools; Lexis and Manticore read OR first. It is accepted, but parentheses make it the same for every reader.",
        examples: &[mend("Norland AND harbour OR pier", "Norland AND (harbour OR pier)")],
    },
    Code {
        code: "W210",
        title: "a name that is also an everyday word",
        meaning: "Case does not count, so US also matches us, and WHO matches who: in almost every story. = before the word makes case count; U.S. with dots means the country only.",
        examples: &[
            mend("US AND tariffs", "U.S. AND tariffs"),
            mend("WHO AND vaccine", "=WHO AND vaccine"),
        ],
    },
    Code {
        code: "W220",
        title: "a query that never matches",
        meaning: "The same term is required and excluded. It is accepted, since it does no harm, but the rule will never tell anything.",
        examples: &[mend("Norland AND harbour NOT harbour", "Norland NOT harbour")],
    },
    Code {
        code: "W230",
        title: "a query that matches every story",
        meaning: "* is every story. With NOT behind it that is every story but some, which may be meant for a small feed; on a wire it is a flood.",
        examples: &[mend("* NOT cricket", "Norland NOT cricket")],
    },
    Code {
        code: "W231",
        title: "a regular expression without a word in it",
        meaning: "Rules are found by the words they need; a pattern without three letters in a row that must be there is tried on every story. It works, but costs time with each.",
        examples: &[mend("/[A-Z]{2}[0-9]{3}/", "/flight [A-Z]{2}[0-9]{3}/")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Aliases, parse};

    fn aliases(written: Written) -> Aliases {
        written.iter().map(|(name, query)| ((*name).to_owned(), (*query).to_owned())).collect()
    }

    #[test]
    fn every_mistake_gives_its_code_and_every_mending_compiles() {
        for known in CODES {
            assert!(!known.examples.is_empty(), "{} has no example", known.code);
            for example in known.examples {
                let (_, found) = parse(example.wrong, &aliases(example.aliases));
                let first = found.first().and_then(|problem| problem.code);
                assert_eq!(first, Some(known.code), "{}", example.wrong);
                assert!(found.iter().all(|problem| problem.help.is_some()), "{}", example.wrong);
                let (mended, found) = parse(example.right, &aliases(example.mended));
                assert!(mended.is_some(), "{}: {found:?}", example.right);
                assert!(found.iter().all(|problem| problem.code != Some(known.code)));
            }
        }
    }

    #[test]
    fn codes_are_in_order_and_found_in_any_case() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(code("w201").unwrap().code, "W201");
        assert!(code("E999").is_none());
    }
}
