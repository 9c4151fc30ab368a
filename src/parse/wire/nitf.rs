//! NITF 3.x (IPTC), alone in a document.

use super::{body, meaning, topics, tree::Node, urgency};
use crate::model::{Item, Link, Status, Wire};

/// Every document of a file.
pub(super) fn items(top: &Node<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    top.outermost(&["nitf"], &mut found);
    found.into_iter().map(item).collect()
}

fn item(node: &Node<'_>) -> Item {
    let nothing = Node::default();
    let head = node.child("head").unwrap_or(&nothing);
    let data = head.child("docdata").or_else(|| node.find("docdata")).unwrap_or(&nothing);
    let top = node.find("body.head").unwrap_or(&nothing);
    let attribute = |name: &str, attribute: &str| {
        data.find(name).and_then(|node| node.attribute(attribute)).map(str::to_owned)
    };
    let written = data.attribute("management-status").unwrap_or_default().to_owned();
    let status = meaning::lenient_status(&written);
    let issued = attribute("date.issue", "norm");
    let released = attribute("date.release", "norm");
    let id = attribute("doc-id", "id-string");
    let before = data.attribute("management-doc-idref").map(str::to_owned);
    let (subjects, mut names) = subjects(head);
    names.extend(
        data.every("keyword")
            .into_iter()
            .filter_map(|node| Some(node.attribute("key")?.to_owned())),
    );
    let keyword = meta(head, "anpa-keyword");
    let wire = Wire {
        status,
        // A cancellation may have an id of its own, and name the document that it takes back.
        chain: before.clone().filter(|_| status == Status::Canceled).or_else(|| id.clone()),
        provider: attribute("from-src", "src-name")
            .or_else(|| attribute("doc.copyright", "holder"))
            .or_else(|| top.child("distributor").and_then(Node::line)),
        slugline: keyword.or_else(|| Some(data.find("keyword")?.attribute("key")?.to_owned())),
        note: attribute("ed-msg", "info").or_else(|| data.find("ed-msg").and_then(Node::line)),
        signals: meta(head, "anpa-takekey").into_iter().collect(),
        subjects,
        replaces: before.into_iter().map(|id| Link { id, version: None }).collect(),
        ..Wire::default()
    };
    Item {
        title: headline(node, top, head),
        summary: top.child("abstract").and_then(body::text),
        text: text(node),
        byline: top.child("byline").and_then(Node::line),
        dateline: top
            .at(&["dateline", "location"])
            .and_then(Node::line)
            .or_else(|| top.child("dateline").and_then(Node::line)),
        language: node
            .attribute("baselang")
            .or_else(|| node.attribute("lang"))
            .map(str::to_owned)
            .or_else(|| Some(node.find("lang")?.attribute("lang")?.to_owned())),
        published: issued.as_deref().and_then(meaning::moment),
        updated: issued.as_deref().and_then(meaning::moment),
        embargo: meaning::embargo(
            released.filter(|_| status == Status::Embargoed),
            issued.as_deref(),
        ),
        categories: names,
        priority: attribute("urgency", "ed-urg").and_then(|number| urgency::number(&number)),
        version: attribute("du-key", "version"),
        raw_id: id,
        status: Some(written),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}

fn headline(node: &Node<'_>, top: &Node<'_>, head: &Node<'_>) -> Option<String> {
    let main = top.find("hl1").or_else(|| node.find("hl1")).and_then(Node::line);
    main.or_else(|| head.child("title").and_then(Node::line))
}

/// The text of a document, alone or inside of another format.
pub(super) fn text(node: &Node<'_>) -> Option<String> {
    body::text(node.find("body.content")?)
}

fn meta(head: &Node<'_>, name: &str) -> Option<String> {
    let found = head.all("meta").find(|node| node.attribute("name") == Some(name))?;
    found.attribute("content").map(str::to_owned)
}

/// Codes of subjects, and their names.
fn subjects(head: &Node<'_>) -> (Vec<String>, Vec<String>) {
    let (mut codes, mut names) = (Vec::new(), Vec::<String>::new());
    for node in head.every("tobject.subject") {
        if let Some(code) = node.attribute("tobject.subject.refnum") {
            let scheme = node.attribute("tobject.subject.ipr").unwrap_or("IPTC");
            let scheme =
                if scheme == "IPTC" { "subj".to_owned() } else { scheme.to_ascii_lowercase() };
            codes.push(format!("{scheme}:{code}"));
            names.extend(topics::name(code).map(str::to_owned));
        }
        for part in ["type", "matter", "detail"] {
            let name = node.attribute(&format!("tobject.subject.{part}"));
            names.extend(name.map(str::to_owned));
        }
    }
    (codes, names)
}
