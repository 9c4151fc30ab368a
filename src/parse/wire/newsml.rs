//! NewsML 1.x (IPTC): AFP, EFE, Kyodo, TASS, ATS, Belga, Business Wire, each with dents of its own.

use super::{body, meaning, topics, tree::Node, urgency};
use crate::model::{Item, Kind, Link, Wire};

/// Roles of components that are no part of the text.
const NO_TEXT: &[&str] =
    &["stylesheet", "headline", "caption", "contact", "logo", "keyword", "copyrightline", "byline"];

/// Every item of a message.
pub(super) fn items(top: &Node<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    top.outermost(&["NewsItem"], &mut found);
    found.into_iter().map(item).collect()
}

fn item(node: &Node<'_>) -> Item {
    let nothing = Node::default();
    let id = node.at(&["Identification", "NewsIdentifier"]).unwrap_or(&nothing);
    let management = node.child("NewsManagement").unwrap_or(&nothing);
    let line = |parent: &Node<'_>, name: &str| parent.child(name).and_then(Node::line);
    let of_component = |name: &str| node.every(name).into_iter().find_map(Node::line);
    let created = line(management, "ThisRevisionCreated");
    let guid = line(id, "PublicIdentifier").or_else(|| of_component("guid"));
    let chain = chain(id).or_else(|| guid.clone());
    let status = management.child("Status").and_then(formal).unwrap_or_default();
    let kind = management.child("NewsItemType").and_then(formal).unwrap_or_default();
    let (subjects, categories) = subjects(node);
    let wire = Wire {
        kind: meaning::kind(&kind),
        status: meaning::lenient_status(&status),
        chain: chain.clone(),
        provider: party(node, "Provider").or_else(|| line(id, "ProviderId")),
        slugline: of_component("SlugLine"),
        note: node
            .every("Comment")
            .into_iter()
            .chain(node.every("EditorialNote"))
            .filter(|node| is_note(node))
            .find_map(Node::line),
        located: located(node),
        signals: management.all("Instruction").filter_map(formal).collect(),
        subjects,
        replaces: replaces(id, chain.as_deref(), management),
        ..Wire::default()
    };
    let wire = Wire { kind: if is_media(node) { Kind::Media } else { wire.kind }, ..wire };
    Item {
        title: of_component("HeadLine")
            .or_else(|| node.find("hl1").and_then(Node::line))
            .or_else(|| node.at(&["Identification", "NameLabel"]).and_then(Node::line)),
        summary: of_component("SubHeadLine"),
        text: text(node),
        byline: of_component("ByLine").or_else(|| of_component("byline")),
        credit: of_component("CreditLine"),
        dateline: of_component("DateLine"),
        language: node
            .every("Language")
            .into_iter()
            .find_map(formal)
            .or_else(|| node.attribute("lang").map(str::to_owned)),
        published: line(management, "FirstCreated")
            .or_else(|| created.clone())
            .and_then(|at| meaning::moment(&at)),
        updated: created.as_deref().and_then(meaning::moment),
        embargo: meaning::embargo(embargo(management), created.as_deref()),
        categories,
        priority: management
            .child("Urgency")
            .and_then(|node| formal(node).or_else(|| node.line()))
            .and_then(|number| urgency::number(&number)),
        version: line(id, "RevisionId"),
        raw_id: guid,
        status: Some(status),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}

fn formal(node: &Node<'_>) -> Option<String> {
    node.attribute("FormalName").map(str::to_owned)
}

/// What names the item whatever its version: some constants pass for a public identifier.
fn chain(id: &Node<'_>) -> Option<String> {
    let part = |name: &str| id.child(name).and_then(Node::line);
    let number = part("NewsItemId")?;
    // ANP counts its versions here too.
    let number = match number.rsplit_once("-v") {
        Some((before, version)) if version.bytes().all(|byte| byte.is_ascii_digit()) => {
            before.to_owned()
        }
        _ => number,
    };
    let parts = [part("ProviderId"), part("DateId"), Some(number)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(":"))
}

fn replaces(id: &Node<'_>, chain: Option<&str>, management: &Node<'_>) -> Vec<Link> {
    let revision = id.child("RevisionId").and_then(|node| node.attribute("PreviousRevision"));
    let before = revision.filter(|revision| !["0", ""].contains(revision)).zip(chain);
    let own = before
        .map(|(version, chain)| Link { id: chain.to_owned(), version: Some(version.to_owned()) });
    let named =
        management.all("DerivedFrom").filter(|node| node.attribute("Comment") == Some("replaces"));
    let named = named.filter_map(|node| {
        Some(Link { id: node.attribute("NewsItem")?.to_owned(), version: None })
    });
    own.into_iter().chain(named).collect()
}

/// When a status becomes usable, where the document says so (NewsML 1.2 `StatusWillChange`).
fn embargo(management: &Node<'_>) -> Option<String> {
    let change = management.child("StatusWillChange")?;
    let becomes = change.child("FutureStatus").and_then(formal).unwrap_or_default();
    let at = change.child("DateAndTime").and_then(Node::line);
    at.filter(|_| becomes.is_empty() || becomes.eq_ignore_ascii_case("usable"))
}

fn party(node: &Node<'_>, role: &str) -> Option<String> {
    let parties = node.every(role);
    parties.into_iter().find_map(|role| formal(role.child("Party")?))
}

/// Comments about the format itself are none about the text.
fn is_note(node: &Node<'_>) -> bool {
    node.attribute("FormalName").is_none()
        && node.line().is_some_and(|line| line.split(' ').count() > 2)
}

/// Whether nothing of the item is text.
fn is_media(node: &Node<'_>) -> bool {
    let types: Vec<String> = node.every("MediaType").into_iter().filter_map(formal).collect();
    let is_picture = |kind: &String| meaning::kind(kind) == Kind::Media;
    !types.is_empty() && types.iter().all(is_picture)
}

/// The city that the text comes from, by the metadata.
fn located(node: &Node<'_>) -> Option<String> {
    let is_origin = |node: &&Node<'_>| node.attribute("HowPresent") == Some("Origin");
    let properties = node
        .every("Location")
        .into_iter()
        .filter(is_origin)
        .flat_map(|node| node.every("Property"));
    let mut cities = properties.filter(|node| node.attribute("FormalName") == Some("City"));
    cities.find_map(|node| node.attribute("Value")).map(str::to_owned)
}

/// Codes of subjects, and their names where the document has a list of them.
fn subjects(node: &Node<'_>) -> (Vec<String>, Vec<String>) {
    let (mut codes, mut names) = (Vec::<String>::new(), Vec::<String>::new());
    for subject in
        node.every("SubjectCode").into_iter().flat_map(|code| code.nodes().collect::<Vec<_>>())
    {
        let Some(code) = formal(subject) else { continue };
        let is_iptc = code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit());
        let subject = if is_iptc { format!("subj:{code}") } else { format!("newsml:{code}") };
        if !codes.contains(&subject) {
            codes.push(subject);
        }
        names.extend(topics::name(&code).map(str::to_owned));
    }
    for topic in node.every("Topic") {
        let called =
            topic.all("Description").filter(|node| node.attribute("Variant") == Some("Name"));
        names.extend(called.filter_map(Node::line));
    }
    for property in node.every("Property") {
        let is_keyword = property
            .attribute("FormalName")
            .is_some_and(|name| name.eq_ignore_ascii_case("keyword"));
        names.extend(property.attribute("Value").filter(|_| is_keyword).map(str::to_owned));
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    (codes, names)
}

/// The text of the main component, else the longest.
fn text(node: &Node<'_>) -> Option<String> {
    let mut found = Vec::new();
    gather(node, &mut found);
    let main = found.iter().position(|(is_main, _)| *is_main);
    let longest = || (0..found.len()).max_by_key(|at| found[*at].1.len());
    let at = main.or_else(longest)?;
    Some(found.swap_remove(at).1)
}

/// Texts of all components, and whether each is that of the main one.
fn gather(component: &Node<'_>, found: &mut Vec<(bool, String)>) {
    let role = component.child("Role").and_then(formal).unwrap_or_default().to_ascii_lowercase();
    if NO_TEXT.contains(&role.as_str()) {
        return;
    }
    for node in component.nodes() {
        if node.is("NewsComponent") {
            gather(node, found);
        } else if node.is("ContentItem")
            && let Some(text) = node.child("DataContent").and_then(content)
        {
            found.push((role == "main" || role == "body", text));
        }
    }
}

fn content(data: &Node<'_>) -> Option<String> {
    let content = data.find("body.content").or_else(|| data.find("body")).unwrap_or(data);
    body::text(content)
}
