//! Ritzau's own XML (`RBNews`).

use super::{body, meaning, tree::Node, urgency};
use crate::model::{Item, Link, Status, Wire};

/// Every item of a file.
pub(super) fn items(top: &Node<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    top.outermost(&["RBNews"], &mut found);
    found.into_iter().map(item).collect()
}

fn item(node: &Node<'_>) -> Item {
    let line = |name: &str| node.child(name).and_then(Node::line);
    let says = |name: &str| line(name).is_some_and(|said| said.eq_ignore_ascii_case("true"));
    let id = line("NewsID");
    let before = line("replacedID").or_else(|| line("Replaces"));
    let wire = Wire {
        status: if says("Annuleret") { Status::Canceled } else { Status::Usable },
        chain: id.clone(),
        provider: line("origin").map(|origin| origin.trim_matches('/').to_owned()),
        slugline: line("strapline"),
        note: line("TilRedaktionen"),
        signals: line("format").into_iter().collect(),
        replaces: before.map(|id| Link { id, version: None }).into_iter().collect(),
        corrects: says("Korrektion"),
        ..Wire::default()
    };
    Item {
        title: line("headline"),
        summary: line("subtitle"),
        text: node.child("content").and_then(body::text),
        byline: line("byLine"),
        dateline: line("town"),
        published: line("PublishDate").and_then(|at| meaning::moment(&at)),
        categories: line("section").into_iter().collect(),
        priority: line("Priority").and_then(|number| urgency::number(&number)),
        version: line("version"),
        raw_id: id,
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}
