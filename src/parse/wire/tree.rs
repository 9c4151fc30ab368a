//! An XML document as a small tree, known by local names: what agencies' namespaces are worth.

use crate::{
    parse::{
        repairs::Repairs,
        token::{Tag, Token, Tokens},
    },
    text::html,
};

/// Elements nested deeper than this are read as if they were not nested.
const MAX_DEPTH: usize = 256;

/// So many elements and texts are kept.
const MAX_NODES: usize = 400_000;

/// Elements that begin an item, those of a row in place of each other: one that is still open ends
/// before the next.
const ITEMS: &[&[&str]] =
    &[&["newsItem", "packageItem", "conceptItem", "planningItem"], &["nitf"], &["RBNews"]];

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    /// Its name without the prefix.
    pub(super) name: &'a str,
    attributes: Vec<(&'a str, String)>,
    pub(super) children: Vec<Child<'a>>,
}

/// What stands in an element.
#[derive(Debug)]
pub(super) enum Child<'a> {
    /// Characters, their references decoded.
    Text(String),
    /// An element.
    Node(Node<'a>),
}

/// A document.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    /// What stands around the root.
    pub(super) top: Node<'a>,
    /// It ends before its root does.
    pub(super) truncated: bool,
}

/// Reads a document. Document types are passed over, and of entities only those of HTML are known.
pub(super) fn read<'a>(source: &'a str, repairs: &mut Repairs) -> Tree<'a> {
    let mut tokens = Tokens::new(source);
    let mut open = vec![Node::default()];
    let (mut nodes, mut root) = (0, None);
    while let Some(token) = tokens.next(repairs) {
        nodes += 1;
        if nodes > MAX_NODES {
            repairs.note("too many elements");
            break;
        }
        match token {
            Token::Text(text) => push(&mut open, Child::Text(html::unescape(text).into_owned())),
            Token::Cdata(text) => push(&mut open, Child::Text(text.to_owned())),
            Token::End(name) => end(&mut open, local(name)),
            Token::Start(tag) => {
                let node = node(&tag);
                if let Some(row) = ITEMS.iter().find(|row| row.iter().any(|item| node.is(item))) {
                    end_open_item(&mut open, row, repairs);
                }
                root = root.or(Some(node.name));
                if tag.is_empty {
                    push(&mut open, Child::Node(node));
                } else if open.len() > MAX_DEPTH {
                    repairs.note("elements nested too deep");
                } else {
                    open.push(node);
                }
            }
        }
    }
    let truncated = root.is_some_and(|root| open.iter().any(|node| node.name == root));
    close_down_to(&mut open, 1);
    Tree { top: open.pop().unwrap_or_default(), truncated }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn node<'a>(tag: &Tag<'a>) -> Node<'a> {
    let attributes = tag
        .attributes()
        .map(|(name, value)| (local(name), html::one_line(&html::unescape(value))))
        .collect();
    Node { name: local(tag.name), attributes, children: Vec::new() }
}

fn push<'a>(open: &mut [Node<'a>], child: Child<'a>) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn close_down_to(open: &mut Vec<Node<'_>>, depth: usize) {
    while open.len() > depth {
        if let Some(node) = open.pop() {
            push(open, Child::Node(node));
        }
    }
}

/// Ends the innermost element of that name, with what is open in it.
fn end(open: &mut Vec<Node<'_>>, name: &str) {
    if let Some(at) = open.iter().skip(1).rposition(|node| node.is(name)) {
        close_down_to(open, at + 1);
    }
}

fn end_open_item(open: &mut Vec<Node<'_>>, row: &[&str], repairs: &mut Repairs) {
    let is_alike = |node: &Node<'_>| row.iter().any(|item| node.is(item));
    if let Some(at) = open.iter().skip(1).position(is_alike) {
        repairs.note("an item that does not end");
        close_down_to(open, at + 1);
    }
}

impl<'a> Node<'a> {
    /// Whether it has that local name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The elements directly in it.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node<'a>> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// The elements of that name directly in it.
    pub(super) fn all<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t Node<'a>> {
        self.nodes().filter(move |node| node.is(name))
    }

    /// The first element of that name directly in it.
    pub(super) fn child(&self, name: &str) -> Option<&Node<'a>> {
        self.nodes().find(|node| node.is(name))
    }

    /// The element at the end of a path of names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node<'a>> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }

    /// The first element of that name anywhere in it, in the order of the document.
    pub(super) fn find(&self, name: &str) -> Option<&Node<'a>> {
        self.nodes().find_map(|node| if node.is(name) { Some(node) } else { node.find(name) })
    }

    /// Every outermost element of one of those names, in the order of the document.
    pub(super) fn outermost<'t>(&'t self, names: &[&str], found: &mut Vec<&'t Node<'a>>) {
        for node in self.nodes() {
            if names.iter().any(|name| node.is(name)) {
                found.push(node);
            } else {
                node.outermost(names, found);
            }
        }
    }

    /// Every element of that name anywhere in it.
    pub(super) fn every<'t>(&'t self, name: &str) -> Vec<&'t Node<'a>> {
        let mut found = Vec::new();
        self.gather(name, &mut found);
        found
    }

    fn gather<'t>(&'t self, name: &str, found: &mut Vec<&'t Node<'a>>) {
        for node in self.nodes() {
            if node.is(name) {
                found.push(node);
            }
            node.gather(name, found);
        }
    }

    /// An attribute by its local name, on one line; nothing where it says nothing.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// All characters in it.
    pub(super) fn characters(&self) -> String {
        let mut out = String::new();
        self.gather_characters(&mut out);
        out
    }

    fn gather_characters(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => out.push_str(text),
                Child::Node(node) => {
                    out.push(' ');
                    node.gather_characters(out);
                    out.push(' ');
                }
            }
        }
    }

    /// Its characters on one line; nothing where there are none.
    pub(super) fn line(&self) -> Option<String> {
        let characters = self.characters();
        let plain = if html::looks_like_html(&characters) {
            html::to_text(&characters)
        } else {
            characters
        };
        Some(html::one_line(&plain)).filter(|line| !line.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(source: &str) -> Tree<'_> {
        read(source, &mut Repairs::default())
    }

    #[test]
    fn names_are_local_and_entities_are_not_expanded() {
        let source =
            "<!DOCTYPE a [<!ENTITY e '<b/>'>]><x:A xml:lang='de'>1 &e; &amp; <X:b c='&lt;'/></x:A>";
        let tree = tree(source);
        let root = tree.top.child("a").unwrap();
        assert_eq!(root.attribute("lang"), Some("de"));
        assert_eq!(root.line().as_deref(), Some("1 &e; &"));
        assert_eq!(root.child("B").unwrap().attribute("c"), Some("<"));
        assert!(!tree.truncated);
    }

    #[test]
    fn what_does_not_end_loses_nothing_of_what_follows() {
        let items = |source: &str| tree(source).top.every("newsItem").len();
        assert_eq!(items("<m><newsItem><a></newsItem><newsItem/></m>"), 2);
        assert_eq!(items("<m><newsItem><a><newsItem></newsItem></m>"), 2);
        let cut = tree("<m><newsItem>1</newsItem><newsItem><a>2");
        assert!(cut.truncated);
        assert_eq!(cut.top.find("a").unwrap().line().as_deref(), Some("2"));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "<a>".repeat(100_000) + "end";
        assert_eq!(tree(&deep).top.line().as_deref(), Some("end"));
    }
}
