//! What each kind of word becomes.

use proptest::prelude::*;

use super::*;

/// Places, bytes and forms of every token, as `first-last text: form form`.
fn show(text: &str) -> Vec<String> {
    let tokens = Tokens::of(text);
    tokens
        .iter()
        .map(|token| {
            let forms: Vec<_> = tokens.forms(token).map(|(_, form)| form).collect();
            let place = if token.first == token.last {
                token.first.to_string()
            } else {
                format!("{}-{}", token.first, token.last)
            };
            format!("{place} {}: {}", &text[token.range.clone()], forms.join(" "))
        })
        .collect()
}

#[test]
fn words_have_the_forms_they_are_found_by() {
    let table: &[(&str, &[&str])] = &[
        ("The talks", &["0 The: the", "1 talks: talks"]),
        ("said.Norland", &["0 said: said", "1 Norland: norland"]),
        ("Norland’s army", &["0 Norland’s: norland", "1 army: army"]),
        ("the soldiers’ pay", &["0 the: the", "1 soldiers’: soldiers", "2 pay: pay"]),
        ("O'Dare", &["0 O'Dare: o'dare odare"]),
        ("ʼ ʼOʼDareʼ", &["0 OʼDare: o'dare odare"]),
        ("d’Azur", &["0 d’Azur: d'azur dazur azur"]),
        ("the U.S.", &["0 the: the", "1 U.S.: us u.s."]),
        ("U.S.Army", &["0 U: u", "1 S: s", "2 Army: army"]),
        ("a.b.c.de", &["0 a.b.c: abc a.b.c.", "1 de: de"]),
        ("a US ship", &["0 a: a", "1 US: us u.s.", "2 ship: ship"]),
        ("cease-fire", &["0 cease: cease", "1 fire: fire", "0-1 cease-fire: ceasefire"]),
        ("F-16s", &["0 F: f", "1 16s: 16s", "0-1 F-16s: f16s"]),
        ("east–west", &["0 east: east", "1 west: west"]),
        ("1,200 and 3.5m", &["0 1,200: 1200", "1 and: and", "2 3.5m: 3.5m"]),
        ("C++ or C#", &["0 C: c c++", "1 or: or", "2 C: c c#"]),
        ("#Harvest @desk", &["0 Harvest: harvest #harvest", "1 desk: desk @desk"]),
        ("$5bn up 10%", &["0 5bn: 5bn $5bn", "1 up: up", "2 10: 10 10%"]),
        ("B&O", &["0 B&O: b&o"]),
        ("Hill & Sons", &["0 Hill: hill", "1 &: and", "2 Sons: sons"]),
        ("五角", &["0 五: 五", "1 角: 角"]),
        ("5G网", &["0 5G: 5g", "1 网: 网"]),
        ("インドの", &["0 インド: インド", "1 の: の"]),
        ("No\u{ad}rland", &["0 No\u{ad}rland: norland"]),
        ("No\u{200b}rland", &["0 No: no", "1 rland: rland"]),
    ];
    for (text, expected) in table {
        assert_eq!(show(text), *expected, "{text}");
    }
}

#[test]
fn capitals_in_an_all_capitals_text_are_not_abbreviations() {
    assert!(show("TELL US MORE ABOUT IT").iter().all(|token| !token.contains("u.s.")));
}

#[test]
fn sentences_and_paragraphs_are_counted() {
    let text = "Mr. Om left. It rained.\n\nNight fell.";
    let places: Vec<_> =
        Tokens::of(text).iter().map(|token| (token.sentence, token.paragraph)).collect();
    assert_eq!(places, [(0, 0), (0, 0), (0, 0), (1, 0), (1, 0), (3, 1), (3, 1)]);
}

#[test]
fn a_text_without_end_is_read_to_a_limit() {
    let text = "a ".repeat(MOST_TOKENS + 10);
    assert_eq!(Tokens::of(&text).iter().count(), MOST_TOKENS);
}

proptest! {
    #[test]
    fn tokens_are_in_order_and_inside_the_text(text in "\\PC{0,60}") {
        let tokens = Tokens::of(&text);
        let mut place = 0;
        for token in &tokens {
            prop_assert!(text.get(token.range.clone()).is_some_and(|word| !word.is_empty()));
            prop_assert!(tokens.forms(token).next().is_some());
            if token.first == token.last {
                prop_assert_eq!(token.first, place);
                place += 1;
            } else {
                prop_assert_eq!(token.last + 1, place);
            }
        }
        prop_assert_eq!(place, tokens.places());
    }
}
