//! The inside of one element that holds text, however it ends.

use super::{
    facts::Attributes,
    names::{Element, Name},
    repairs::Repairs,
    token::{Token, Tokens},
};
use crate::text::html;

/// What was inside.
#[derive(Debug, Default)]
pub(super) struct Capture {
    /// The text with its references decoded; where there were tags, the markup as written.
    pub(super) text: String,
    /// There were tags inside that nobody escaped.
    pub(super) has_tags: bool,
    /// The document ended before the element did.
    pub(super) cut: bool,
}

/// What may stand inside before it is clear that an end tag was forgotten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A date, a name, a headline: no other element of a feed.
    Short,
    /// A text in HTML: anything but the elements that HTML does not share.
    Long,
    /// Markup by its own word: anything but the next item, and elements of the same name.
    Markup,
}

impl Kind {
    pub(super) fn of(name: Name, attributes: &Attributes) -> Self {
        let holds_markup = attributes.get("type").is_some_and(|kind| kind.contains("xhtml"))
            || attributes.get("mode") == Some("xml");
        match name {
            _ if holds_markup => Self::Markup,
            Name::Body
            | Name::Content
            | Name::Description
            | Name::Encoded
            | Name::ItunesSummary
            | Name::MediaDescription
            | Name::Summary => Self::Long,
            _ => Self::Short,
        }
    }

    /// Whether a start tag shows that the element before it has ended.
    fn ends_before(self, element: Element) -> bool {
        let surrounds = matches!(
            element,
            Element::Item | Element::Entry | Element::Channel | Element::Rss | Element::Rdf
        );
        surrounds
            || match self {
                Self::Short => {
                    matches!(element, Element::Leaf(_) | Element::Author | Element::Source)
                }
                Self::Long => matches!(element, Element::Leaf(name) if BESIDE_TEXT.contains(&name)),
                Self::Markup => false,
            }
    }
}

/// Elements of an item that no text in HTML holds.
const BESIDE_TEXT: &[Name] = &[
    Name::Creator,
    Name::Description,
    Name::DublinDate,
    Name::Encoded,
    Name::Guid,
    Name::Published,
    Name::Updated,
];

/// Reads on from behind the start tag `name` until that element ends. `element` says what a name
/// means.
pub(super) fn capture(
    tokens: &mut Tokens<'_>,
    name: &str,
    kind: Kind,
    repairs: &mut Repairs,
    element: impl Fn(&str) -> Element,
) -> Capture {
    let start = tokens.position();
    let mut pieces: Vec<(Token<'_>, usize)> = Vec::new();
    let mut has_tags = false;
    let mut same_inside = 0_usize;
    loop {
        let at = tokens.position();
        let Some(token) = tokens.next(repairs) else {
            return Capture { cut: true, ..collect(tokens, start, at, &pieces, has_tags) };
        };
        let ends_here = match token {
            Token::End(end) if end.eq_ignore_ascii_case(name) => {
                if same_inside == 0 {
                    return collect(tokens, start, at, &pieces, has_tags);
                }
                same_inside -= 1;
                false
            }
            Token::End(end) => ends_all(element(end)),
            Token::Start(tag) if kind == Kind::Markup && tag.name.eq_ignore_ascii_case(name) => {
                same_inside += usize::from(!tag.is_empty);
                false
            }
            Token::Start(tag) => kind.ends_before(element(tag.name)),
            Token::Text(_) | Token::Cdata(_) => false,
        };
        if ends_here {
            repairs.note("an unclosed element");
            tokens.rewind(at);
            return collect(tokens, start, at, &pieces, has_tags);
        }
        has_tags |= matches!(token, Token::Start(_) | Token::End(_));
        pieces.push((token, at));
    }
}

/// Whether an end tag closes what the captured element stands in.
fn ends_all(element: Element) -> bool {
    let holds_text =
        matches!(element, Element::Item | Element::Entry | Element::Author | Element::Source);
    holds_text || element.is_root()
}

fn collect(
    tokens: &Tokens<'_>,
    start: usize,
    end: usize,
    pieces: &[(Token<'_>, usize)],
    has_tags: bool,
) -> Capture {
    let mut text = String::with_capacity(end - start);
    for (at, (token, from)) in pieces.iter().enumerate() {
        match token {
            Token::Text(raw) if has_tags => text.push_str(raw),
            Token::Text(raw) => text.push_str(&html::unescape(raw)),
            Token::Cdata(raw) => text.push_str(raw),
            Token::Start(_) | Token::End(_) => {
                let to = pieces.get(at + 1).map_or(end, |(_, next)| *next);
                text.push_str(tokens.written(*from, to));
            }
        }
    }
    Capture { text, has_tags, cut: false }
}
