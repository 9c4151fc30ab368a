//! From items to articles that are ready to be placed: normalised, sketched, credited and matched.

use jiff::{Span, Timestamp};

use crate::{
    config::Live,
    model::{Action, Article, FeedSpec, Item, ItemKey, PageText, RuleName, Status},
    query::Facts,
    rule::{Rule, RuleMatch},
    store::Described,
    story::{self, Agencies, Authorship, Imprint, Signals, Sketch, Subject},
    text::normal,
};

/// An article with all that can be known of it without memory.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The article, its provenance and its sketch.
    pub described: Described,
    /// What its headline says about earlier versions.
    pub signals: Signals,
    /// The rules that are true of it.
    pub matches: Vec<RuleMatch>,
    /// The rules whose verdict is in doubt (see [`crate::rule::Answer`]).
    pub cut_short: Vec<RuleName>,
    /// Whether it is too old to alert on the feed's first poll.
    pub baseline: bool,
    /// Whether its text is that of its page.
    pub from_page: bool,
}

/// What a trip knows beside the items.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The feed.
    pub spec: &'a FeedSpec,
    /// The configuration.
    pub live: &'a Live,
    /// Whether the feed never had a good poll before.
    pub first_poll: bool,
    /// Now.
    pub now: Timestamp,
}

/// The hash of an item as published: equal hashes mean that there is nothing new to look at.
pub fn item_hash(item: &Item) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    let mut part = |text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    for field in [
        &item.url,
        &item.title,
        &item.summary,
        &item.text,
        &item.language,
        &item.credit,
        &item.byline,
    ] {
        part(&text(field));
    }
    for field in [&item.dateline, &item.version, &item.status] {
        part(&text(field));
    }
    if let Some(wire) = item.wire.as_deref() {
        part(wire.kind.as_str());
        part(if wire.corrects { "corrects" } else { "" });
        [&wire.slugline, &wire.note].into_iter().flatten().for_each(|line| part(line));
        wire.signals.iter().for_each(|signal| part(signal));
    }
    item.authors.iter().chain(&item.categories).for_each(|word| part(word));
    let times = [item.published, item.updated, item.embargo];
    for at in times {
        part(&at.map_or_else(String::new, |at| at.to_string()));
    }
    part(&item.source.as_ref().and_then(|source| source.title.clone()).unwrap_or_default());
    part(&item.priority.map_or_else(String::new, |priority| priority.0.to_string()));
    hash.digest()
}

/// The keys and the hash that the store tells by whether an item is known as it is.
pub fn fingerprint(item: &Item) -> (Vec<ItemKey>, u64) {
    (item.keys.clone(), item_hash(item))
}

/// Prepares items one by one; an article depends on nothing but itself.
pub fn prepare(items: &[Item], around: &Circumstances<'_>) -> Vec<Prepared> {
    items.iter().map(|item| prepare_one(item, None, around)).collect()
}

/// Prepares an item with what its page gives, where that is used.
pub fn prepare_one(item: &Item, page: Option<&PageText>, around: &Circumstances<'_>) -> Prepared {
    let article = article(item, page, around);
    let byline = byline(item, page, &article.authors);
    let mut provenance = around.live.agencies.attribute(&Imprint {
        byline: &byline,
        credit: article.credit.as_deref().unwrap_or_default(),
        source: article.source.as_deref().unwrap_or_default(),
        publisher: &article.publisher,
        url: article.url.as_deref().unwrap_or_default(),
        title: &article.title,
        text: &article.text,
    });
    if article.wire.is_some() {
        of_agency(&mut provenance, &article.publisher, &around.live.agencies);
    }
    let sketch = Sketch::of(&Subject::of(&article, &provenance));
    let mut signals = story::signal(&article.title, &article.text);
    signals.kill |= item.status.as_deref().is_some_and(story::is_withdrawn_status);
    signals.correction |= article.wire.as_ref().is_some_and(|wire| wire.corrects);
    let (matches, cut_short) =
        if signals.kill { Default::default() } else { matches(&article, &provenance, around) };
    let baseline = around.first_poll && !is_recent(&article, around);
    let origin = around.live.agencies.origin(&provenance.credits, &article.publisher);
    let (words, body_hash) = (sketch.words(), story::body_hash(&article.text));
    Prepared {
        described: Described { article, provenance, origin, words, body_hash, sketch },
        signals,
        matches,
        cut_short,
        baseline,
        from_page: page.is_some(),
    }
}

/// The line of authors: the feed's, and that of the page where it says more.
fn byline(item: &Item, page: Option<&PageText>, authors: &[String]) -> String {
    let of_feed = item.byline.clone().unwrap_or_else(|| authors.join(", "));
    match page.and_then(|page| page.byline.as_deref()) {
        Some(of_page) if of_page.contains(&of_feed) => of_page.to_owned(),
        Some(of_page) if !of_feed.contains(of_page) => format!("{of_feed}, {of_page}"),
        _ => of_feed,
    }
}

fn article(item: &Item, page: Option<&PageText>, around: &Circumstances<'_>) -> Article {
    let nothing = PageText::default();
    let of_page = page.unwrap_or(&nothing);
    let title = item.title.as_deref().or(of_page.title.as_deref()).unwrap_or_default();
    let title = normal::line(title);
    let of_feed = item.text.as_deref().unwrap_or_default();
    let text = normal::text(page.map_or(of_feed, |page| &page.text));
    let summary = [item.summary.as_deref(), page.map(|_| of_feed)].into_iter().flatten();
    let summary = summary.map(normal::text).find(|summary| match page {
        Some(_) => !is_said(summary, &text),
        None => !summary.is_empty() && *summary != text,
    });
    let source = item.source.as_ref().and_then(|source| source.title.as_deref()).map(normal::line);
    let source = source.filter(|source| !source.is_empty());
    let status = item.wire.as_deref().map_or(Status::Usable, |wire| wire.status);
    let text_hash = text_hash(&title, summary.as_deref(), &text, status);
    let canonical_url = of_page.canonical_url.clone().or_else(|| item.canonical_url.clone());
    Article {
        keys: item.keys.clone(),
        aliases: item.aliases.clone(),
        raw_id: item.raw_id.clone(),
        url: item.url.clone(),
        publisher: publisher(item, canonical_url.as_deref(), source.as_deref(), around),
        canonical_url,
        title,
        summary,
        text,
        authors: if item.authors.is_empty() { &of_page.authors } else { &item.authors }.clone(),
        source,
        credit: item.credit.clone(),
        categories: item.categories.clone(),
        language: [&item.language, &of_page.language, &around.spec.language]
            .into_iter()
            .find_map(Clone::clone),
        priority: item.priority,
        published: item.published.or(of_page.published).map(|at| not_in_the_future(at, around.now)),
        updated: item.updated,
        seen_at: around.now,
        wire: item.wire.clone(),
        version: item.version.clone(),
        held: held(item, around.now),
        item_hash: item_hash(item),
        text_hash,
    }
}

/// Whether a text says all of a summary, also where that is its beginning and was cut.
fn is_said(summary: &str, text: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let summary = words(summary);
    words(text).contains(summary.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// Until when nobody is told of an item.
fn held(item: &Item, now: Timestamp) -> Option<Timestamp> {
    match item.action()? {
        Action::Hold(until) => Some(until.unwrap_or(Timestamp::MAX)).filter(|until| *until > now),
        _ => None,
    }
}

/// What an agency sends is its own by fact: it leads its story, and is its origin.
fn of_agency(provenance: &mut story::Provenance, publisher: &str, houses: &Agencies) {
    if provenance.authorship != Authorship::PressRelease {
        provenance.authorship = Authorship::AgencySite;
    }
    // It also sends the texts of other agencies, which sign as such.
    let is_signed = provenance.credits.first().is_some_and(|credit| houses.knows(&credit.agency));
    if !is_signed && !publisher.is_empty() {
        provenance.credits.insert(0, houses.own(publisher));
    }
}

/// Of the words, and of a status by which they may not be used: that is news too.
fn text_hash(title: &str, summary: Option<&str>, text: &str, status: Status) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    if status != Status::Usable {
        hash.update(status.as_str().as_bytes());
    }
    for part in [title, summary.unwrap_or_default(), text] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.digest()
}

/// The house that printed an item: the feed it was taken from by its own word, unless that is an
/// agency and so a credit; else the known site that its link leads to; else the feed's publisher;
/// else the site that nobody knows.
fn publisher(
    item: &Item,
    link: Option<&str>,
    source: Option<&str>,
    around: &Circumstances<'_>,
) -> String {
    let Circumstances { spec, live, .. } = around;
    let houses = &live.agencies;
    let known_site = |url: Option<&str>| url.and_then(|url| houses.site(url)).map(str::to_owned);
    let named = |name: &str| houses.publisher(name, "");
    if item.wire.is_some()
        && let Some(agency) = &spec.publisher
    {
        return named(agency);
    }
    let paper = source.filter(|source| !houses.is_agency(source));
    paper
        .map(|name| {
            known_site(item.source.as_ref().and_then(|s| s.url.as_deref()))
                .unwrap_or_else(|| named(name))
        })
        .or_else(|| known_site(link))
        .or_else(|| spec.publisher.as_deref().or(source).map(named))
        .or_else(|| item.wire.as_deref()?.provider.as_deref().map(named))
        .unwrap_or_else(|| {
            let site = |url: &str| Some(houses.publisher("", url)).filter(|site| !site.is_empty());
            link.and_then(site).or_else(|| site(&spec.url)).unwrap_or_else(|| spec.name.to_string())
        })
}

/// A date more than an hour ahead is a mistake of the feed and would hold the article above all
/// others for as long.
fn not_in_the_future(at: Timestamp, now: Timestamp) -> Timestamp {
    if at > now.checked_add(Span::new().hours(1)).unwrap_or(Timestamp::MAX) { now } else { at }
}

/// Whether an article of a first poll is new enough to alert: it says when it was published, and
/// that is not long ago.
fn is_recent(article: &Article, around: &Circumstances<'_>) -> bool {
    article.published.is_some_and(|at| {
        around.now.duration_since(at).unsigned_abs() <= around.live.first_poll_alert
    })
}

fn matches(
    article: &Article,
    provenance: &story::Provenance,
    around: &Circumstances<'_>,
) -> (Vec<RuleMatch>, Vec<RuleName>) {
    let Circumstances { spec, live, .. } = around;
    let facts = facts(article, provenance, spec.name.as_str(), &spec.tags, &live.agencies);
    let answer = live.rules.ask(&facts);
    let matched = |(rule, hits): (&Rule, _)| RuleMatch { rule: rule.name.clone(), hits };
    (
        answer.matches.into_iter().map(matched).collect(),
        answer.cut_short.iter().map(|rule| rule.name.clone()).collect(),
    )
}

/// What a query may ask of an article: what it states itself.
pub fn facts<'a>(
    article: &'a Article,
    provenance: &'a story::Provenance,
    feed: &'a str,
    tags: &'a [String],
    houses: &'a Agencies,
) -> Facts<'a> {
    let publishers = houses.names(&article.publisher);
    let agencies: Vec<&str> = provenance
        .credits
        .iter()
        .flat_map(|credit| [credit.agency.as_str(), credit.name.as_str()])
        .collect();
    let mut sources = publishers.clone();
    sources.push(feed);
    sources.extend(article.source.as_deref());
    sources.extend(&agencies);
    Facts {
        title: &article.title,
        summary: article.summary.as_deref().unwrap_or_default(),
        body: &article.text,
        authors: &article.authors,
        sources,
        agencies,
        cited: provenance.cited.iter().map(|citation| citation.medium.as_str()).collect(),
        publishers,
        feed: Some(feed),
        categories: &article.categories,
        tags,
        countries: &[],
        language: article.language.as_deref(),
        url: article.url.as_deref(),
        published: article.published,
        priority: article.priority.map(|priority| priority.0),
        kind: article.wire.as_ref().map(|wire| wire.kind.as_str()),
    }
}
