//! What must hold of any text: shared by the fuzz targets and the tests of the project.

use wiredesk::{
    extract,
    model::{Item, RuleName},
    parse::{self, Context, parse},
    query::{self, Aliases, Facts, Field, Hit},
    rule::{Rule, Ruleset, Scope},
    text::normal,
};

const AROUND: Context<'_> =
    Context { url: Some("https://www.arden.example/pier"), content_type: None };

/// Any text is a query or has an error with a place in it.
pub(crate) fn query(text: &str) {
    let aliases = Aliases::from([
        ("crew".to_owned(), "ferry NEAR/3 (storm OR pier)".to_owned()),
        ("again".to_owned(), "$crew OR $again".to_owned()),
        ("rest".to_owned(), text.to_owned()),
    ]);
    let (query, problems) = query::parse(text, &aliases);
    assert!(query.is_some() || !problems.is_empty());
    for problem in problems {
        assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
    }
}

fn rule(text: &str) -> Option<Rule> {
    let (query, _) = query::parse(text, &Aliases::new());
    Some(Rule { name: RuleName::new(text), query: query?, scope: Scope::default() })
}

/// The first line is a query, the second a headline, the rest a text: the query is true of it or
/// its denial is, and what made it so is in it. Whether there was a query and an article.
pub(crate) fn matching(input: &str) -> bool {
    let mut lines = input.splitn(3, '\n');
    let (Some(asked), Some(title), Some(body)) = (lines.next(), lines.next(), lines.next()) else {
        return false;
    };
    let Some(asked) = rule(asked) else { return false };
    let denied = rule(&format!("* NOT ({})", asked.name));
    let both = Ruleset::compile([asked.clone()].into_iter().chain(denied.clone()).collect());
    let author = title.to_owned();
    let facts = Facts {
        title,
        body,
        authors: std::slice::from_ref(&author),
        sources: vec![title],
        url: Some("https://www.arden.example/pier"),
        language: Some("en-GB"),
        priority: Some(3),
        published: "2024-05-02T10:00:00Z".parse().ok(),
        ..Facts::default()
    };
    let found = both.matches(&facts);
    assert!(denied.is_none() || found.len() == 1, "{}", asked.name);
    for hit in found.iter().flat_map(|(_, hits)| hits) {
        if let Hit::Words { field, range } = hit {
            let text = if *field == Field::Title { title } else { body };
            assert!(text.get(range.clone()).is_some_and(|words| !words.is_empty()), "{hit:?}");
        }
    }
    true
}

/// Any page has a text, which is as texts are stored, or is refused. Whether it had one.
pub(crate) fn page(html: &str) -> bool {
    let Ok(page) = extract::extract(html.as_bytes(), &AROUND) else { return false };
    assert!(!page.text.is_empty());
    assert_eq!(normal::text(&page.text), page.text);
    for line in page.title.iter().chain(&page.authors).chain(&page.publisher).chain(&page.byline) {
        assert_eq!(&normal::line(line), line);
        assert!(!line.is_empty());
    }
    true
}

/// Any bytes are a feed or are refused, and the same each time; what is read can be recognised and
/// shown. Lists and pages are read from the same bytes. Whether there were items.
pub(crate) fn feed(bytes: &[u8]) -> bool {
    drop(parse::opml(bytes));
    parse::declared(bytes, &AROUND);
    let Ok(read) = parse(bytes, &AROUND) else { return false };
    assert_eq!(parse(bytes, &AROUND).map(|again| again.items).as_ref(), Ok(&read.items));
    for item in &read.items {
        assert!(!item.keys.is_empty(), "{item:?}");
        let lines = item.title.iter().chain(&item.authors).chain(&item.categories);
        for line in lines {
            assert!(!line.trim().is_empty() && !line.contains('\n'), "{line:?}");
        }
        for text in item.text.iter().chain(&item.summary) {
            assert!(!text.trim().is_empty(), "{item:?}");
        }
        for url in item.url.iter().chain(&item.canonical_url) {
            assert!(url.to_ascii_lowercase().starts_with("http"), "{url}");
        }
    }
    !read.items.is_empty()
}

/// Whatever stands between two items of a feed or in the headline of one, the item before it and
/// the item behind it are read.
pub(crate) fn damage(text: &str) {
    let item = |id: &str| {
        format!(
            "<item><guid>{id}</guid><title>{id}</title><link>https://post.example/{id}</link></item>"
        )
    };
    let entry = |id: &str| {
        format!(
            "<entry><id>{id}</id><title>{id}</title><link href='https://post.example/{id}'/></entry>"
        )
    };
    let between = text.to_owned();
    let titled = [
        format!("<item><title>{text}</title></item>"),
        format!("<entry><title>{text}</title></entry>"),
    ];
    let rss = |middle: &str| {
        format!(
            "<rss version='2.0'><channel>{}{middle}{}</channel></rss>",
            item("before"),
            item("behind")
        )
    };
    let atom = |middle: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'>{}{middle}{}</feed>",
            entry("before"),
            entry("behind")
        )
    };
    for document in [rss(&between), rss(&titled[0]), atom(&between), atom(&titled[1])] {
        let items = parse(document.as_bytes(), &AROUND).map(|read| read.items).unwrap_or_default();
        let found = |id: &str| {
            let is_it = |item: &Item| item.raw_id.as_deref() == Some(id);
            items.iter().any(|item| is_it(item) && item.title.as_deref() == Some(id))
        };
        assert!(found("before"), "{document}");
        assert!(found("behind"), "{document}");
    }
}
