//! NewsML-G2 (IPTC, 2.x): messages, items and packages; bodies in XHTML, NITF and vendors' own XML.

use super::{body, meaning, topics, tree::Node, urgency};
use crate::{
    model::{Item, Kind, Link, Wire},
    text::html,
};

/// Elements that are an item.
const ITEMS: &[&str] = &["newsItem", "packageItem", "conceptItem", "planningItem"];

/// Relations to an item that this one takes the place of.
const REPLACES: &[&str] = &["replaces", "previousversion", "predecessor", "supersedes", "updates"];

/// Every item of a message.
pub(super) fn items(top: &Node<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    top.outermost(ITEMS, &mut found);
    found.into_iter().map(item).collect()
}

fn item(node: &Node<'_>) -> Item {
    let nothing = Node::default();
    let meta = node.child("itemMeta").unwrap_or(&nothing);
    let content = node.child("contentMeta").unwrap_or(&nothing);
    let line = |parent: &Node<'_>, name: &str| parent.child(name).and_then(Node::line);
    let guid = node.attribute("guid").map(str::to_owned);
    let created = line(meta, "versionCreated");
    let status = meta.child("pubStatus").and_then(code).unwrap_or_default();
    let mut wire = Wire {
        kind: kind(node, meta),
        status: meaning::lenient_status(&status),
        chain: guid.clone(),
        provider: meta.child("provider").and_then(name),
        slugline: line(content, "slugline"),
        located: place(node, content),
        note: note(meta),
        signals: signals(meta),
        subjects: content.all("subject").filter_map(subject).collect(),
        replaces: replaces(guid.as_deref(), meta, content),
        ..Wire::default()
    };
    wire.subjects.dedup();
    let text = node.child("contentSet").and_then(text);
    let (text, lead) = text.map_or((None, None), |(text, lead)| (Some(text), lead));
    Item {
        title: headline(content).or_else(|| line(meta, "title")),
        summary: lead.or_else(|| summary(content)),
        text,
        byline: line(content, "by"),
        credit: line(content, "creditline"),
        dateline: line(content, "dateline"),
        language: language(node, content),
        published: line(meta, "firstCreated")
            .or_else(|| created.clone())
            .and_then(|at| meaning::moment(&at)),
        updated: created.as_deref().and_then(meaning::moment),
        embargo: meaning::embargo(line(meta, "embargoed"), created.as_deref()),
        categories: categories(content),
        priority: line(content, "urgency").and_then(|number| urgency::number(&number)),
        version: node.attribute("version").map(str::to_owned),
        raw_id: guid,
        status: Some(status),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}

/// The label of the text, else of the item, else of its headline.
fn language(node: &Node<'_>, content: &Node<'_>) -> Option<String> {
    let of_text = content.child("language").and_then(|node| node.attribute("tag"));
    let of_headline = || content.nodes().find_map(|node| node.attribute("lang"));
    let of_names = || content.every("name").into_iter().find_map(|node| node.attribute("lang"));
    let label = of_text.or_else(|| node.attribute("lang")).or_else(of_headline).or_else(of_names);
    label.map(str::to_owned)
}

/// `qcode`, `literal` or `uri` of an element.
fn code(node: &Node<'_>) -> Option<String> {
    ["qcode", "literal", "uri", "code"]
        .iter()
        .find_map(|name| node.attribute(name))
        .map(str::to_owned)
}

/// The name of a concept, else its code without the scheme.
fn name(node: &Node<'_>) -> Option<String> {
    let name = node.child("name").and_then(Node::line);
    let code = || {
        node.attribute("literal")
            .map(str::to_owned)
            .or_else(|| Some(code(node)?.rsplit(':').next()?.to_owned()))
    };
    name.or_else(code)
}

fn kind(node: &Node<'_>, meta: &Node<'_>) -> Kind {
    if node.is("newsItem") {
        meta.child("itemClass").and_then(code).map_or(Kind::Text, |class| meaning::kind(&class))
    } else if node.is("planningItem") {
        Kind::Daybook
    } else {
        Kind::Package
    }
}

/// The first headline that is none of a part.
fn headline(content: &Node<'_>) -> Option<String> {
    let is_main = |node: &&Node<'_>| {
        node.attribute("role").is_none_or(|role| !role.to_ascii_lowercase().contains("sub"))
    };
    content.all("headline").filter(is_main).find_map(Node::line)
}

fn summary(content: &Node<'_>) -> Option<String> {
    let is_text = |node: &&Node<'_>| {
        node.attribute("role").is_none_or(|role| {
            let role = role.to_ascii_lowercase();
            ["summary", "abstract", "teaser", "lead"].iter().any(|known| role.contains(known))
        })
    };
    content.all("description").filter(is_text).find_map(body::text)
}

fn note(meta: &Node<'_>) -> Option<String> {
    let is_remark = |node: &&Node<'_>| {
        node.attribute("role")
            .is_none_or(|role| !role.ends_with("notepad") && !role.ends_with("closingline"))
    };
    let notes: Vec<String> = meta.all("edNote").filter(is_remark).filter_map(Node::line).collect();
    Some(notes.join(" ")).filter(|note| !note.is_empty())
}

fn signals(meta: &Node<'_>) -> Vec<String> {
    let coded = meta.all("signal").filter_map(code);
    let roles = meta.all("role").filter_map(code);
    coded.chain(roles).collect()
}

fn subject(node: &Node<'_>) -> Option<String> {
    code(node).filter(|code| code.contains(':'))
}

/// Names of subjects, genres and keywords, with those that the IPTC gives.
fn categories(content: &Node<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for node in content.all("subject") {
        names.extend(node.all("name").filter_map(Node::line));
        let code = code(node).unwrap_or_default();
        let code = code.split_once(':').map_or(code.as_str(), |(_, code)| code);
        names.extend(topics::name(code).map(str::to_owned));
    }
    names.extend(content.all("genre").filter_map(name));
    names.extend(content.all("keyword").filter_map(Node::line));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// What a document says it takes the place of: a link with such a relation, or one without any that
/// names a version, or what Swedish TT writes (`tt:refuno`).
fn replaces(guid: Option<&str>, meta: &Node<'_>, content: &Node<'_>) -> Vec<Link> {
    let mut links = Vec::new();
    for link in meta.all("link") {
        let relation = link.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        let relation = relation.rsplit(':').next().unwrap_or_default();
        let id = ["residref", "guidref", "href"].iter().find_map(|name| link.attribute(name));
        let version = link.attribute("version").map(str::to_owned);
        let names_version = relation.is_empty() && version.is_some();
        if let Some(id) = id.filter(|_| REPLACES.contains(&relation) || names_version) {
            links.push(Link { id: id.to_owned(), version });
        }
    }
    let number = |kind: &str| {
        content.all("altId").find(|id| id.attribute("type") == Some(kind)).and_then(Node::line)
    };
    if let Some(before) = number("tt:refuno") {
        let own = number("tt:uno").unwrap_or_default();
        let scheme =
            guid.and_then(|guid| guid.strip_suffix(own.as_str())).filter(|_| !own.is_empty());
        links.push(Link { id: format!("{}{before}", scheme.unwrap_or_default()), version: None });
    }
    links
}

/// Where the text was written: by the body of the vendor, else where it is located.
fn place(node: &Node<'_>, content: &Node<'_>) -> Option<String> {
    // TTNITF: <DAT><ORT>EU</ORT><SOURCE>Bryssel, TT:s korrespondent</SOURCE></DAT>
    let vendor = node.find("DAT").and_then(|date| date.child("SOURCE")?.line());
    vendor.or_else(|| content.child("located").and_then(name))
}

/// The text, and its lead where the vendor has it apart.
fn text(set: &Node<'_>) -> Option<(String, Option<String>)> {
    let mut inline = set.nodes().filter(|node| node.is("inlineXML") || node.is("inlineData"));
    inline.find_map(inline_text)
}

fn inline_text(inline: &Node<'_>) -> Option<(String, Option<String>)> {
    if let Some(body) = inline.find("body.content") {
        return body::text(body).map(|text| (text, None));
    }
    let running = inline.every("BRODTEXT").into_iter().filter_map(body::text).collect::<Vec<_>>();
    if !running.is_empty() {
        return Some(running.join("\n\n"))
            .map(|text| (text, inline.find("INGRESS").and_then(body::text)));
    }
    let content = inline.find("body").unwrap_or(inline);
    // dpa has headline, time and slug in a header of its own.
    let main = content.nodes().find(|node| {
        node.is("section")
            && node.attribute("class").is_some_and(|class| class.split(' ').any(|c| c == "main"))
    });
    let text = body::text(main.unwrap_or(content))?;
    Some((html::tidy(&text), None))
}
