//! OPML: a list of feeds in groups, as other readers export it.

use super::{
    Context, decode,
    repairs::Repairs,
    stranger,
    token::{Tag, Token, Tokens},
};
use crate::{
    model::{Problem, ProblemKind},
    text::html,
};

/// The largest list that is read, in bytes.
pub const MAX_LIST: usize = 15 * 1024 * 1024;

/// Groups nested deeper than this are read as if they were not nested.
const MAX_DEPTH: usize = 50;

/// So many feeds of a list are read.
const MAX_FEEDS: usize = 50_000;

/// A feed of a list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Listed {
    /// Its address, as written.
    pub url: String,
    /// What the list calls it.
    pub title: Option<String>,
    /// The groups it stands in, the outermost first, then its categories.
    pub groups: Vec<String>,
}

/// Reads a list, also a broken one; the error says what the document is instead. Never panics,
/// bounded in time and memory.
pub fn opml(bytes: &[u8]) -> Result<Vec<Listed>, Problem> {
    if bytes.len() > MAX_LIST {
        let detail = format!("a list of {} bytes; {MAX_LIST} are read", bytes.len());
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let mut repairs = Repairs::default();
    let (text, _) = decode::decode(bytes, &Context::default(), &mut repairs);
    let mut tokens = Tokens::new(&text);
    let mut list = List::default();
    while let Some(token) = tokens.next(&mut repairs) {
        match token {
            Token::Start(tag) => list.open(&tag),
            Token::End(name) if name.eq_ignore_ascii_case("outline") => list.close(),
            _ => {}
        }
        if list.feeds.len() >= MAX_FEEDS {
            break;
        }
    }
    if list.is_opml { Ok(list.feeds) } else { Err(no_list(&text, list.root)) }
}

fn no_list(text: &str, root: Option<&str>) -> Problem {
    let is_feed = root.is_some_and(|root| {
        ["rss", "feed", "rdf:rdf", "urlset"].iter().any(|name| root.eq_ignore_ascii_case(name))
    });
    let detail = if is_feed {
        "a feed, not a list of feeds: its own address is what a [[feed]] is given".to_owned()
    } else {
        let what = stranger::describe(text, root);
        match what.strip_suffix("not a feed") {
            Some(what) => format!("{what}not an OPML list of feeds"),
            None => format!("{what}, not an OPML list of feeds"),
        }
    };
    Problem::new(ProblemKind::NotAFeed, detail)
}

#[derive(Default)]
struct List<'a> {
    is_opml: bool,
    /// The first element.
    root: Option<&'a str>,
    /// Open outlines: the name of a group, or nothing for a feed.
    open: Vec<Option<String>>,
    /// How many more are open than are remembered.
    deeper: usize,
    feeds: Vec<Listed>,
}

impl<'a> List<'a> {
    fn open(&mut self, tag: &Tag<'a>) {
        self.root.get_or_insert(tag.name);
        self.is_opml |= tag.name.eq_ignore_ascii_case("opml");
        if !tag.name.eq_ignore_ascii_case("outline") {
            return;
        }
        let title = tag.value("text").or_else(|| tag.value("title"));
        let url = tag.value("xmlUrl");
        let group = if url.is_some() { None } else { title.clone() };
        if let Some(url) = url {
            self.is_opml = true;
            let categories = tag.value("category").unwrap_or_default();
            let categories = categories.split(',').flat_map(|path| path.split('/'));
            let named = |name: &str| Some(html::one_line(name)).filter(|name| !name.is_empty());
            let groups = self.open.iter().flatten().cloned();
            let groups = groups.chain(categories.filter_map(named)).collect();
            self.feeds.push(Listed { url, title, groups });
        }
        if tag.is_empty {
            return;
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(group);
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.open.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(list: &str) -> Vec<String> {
        let feeds = opml(list.as_bytes()).unwrap().into_iter();
        feeds
            .map(|feed| {
                let title = feed.title.unwrap_or_default();
                format!("{} {title} [{}]", feed.url, feed.groups.join("|"))
            })
            .collect()
    }

    #[test]
    fn feeds_are_read_with_the_groups_they_stand_in() {
        let list = "<?xml version='1.0'?><opml version='2.0'><head><title>x</title></head><body>\
             <outline text='Asia'><outline text='Pakistan &amp; India'>\
             <outline type='rss' text='Arden Post' xmlUrl='https://post.example/rss?a=1&amp;b'/>\
             <outline text='Courier' xmlUrl='https://courier.example/' category='/Wires/IANS,front'>\
             </outline></outline></outline>\
             <outline title='Alone' xmlurl='https://alone.example/'/></body></opml>";
        assert_eq!(
            shown(list),
            [
                "https://post.example/rss?a=1&b Arden Post [Asia|Pakistan & India]",
                "https://courier.example/ Courier [Asia|Pakistan & India|Wires|IANS|front]",
                "https://alone.example/ Alone []",
            ]
        );
    }

    #[test]
    fn a_broken_list_gives_what_is_in_it() {
        let list = "<opml><body><outline text=\"A & B\"><outline xmlUrl=\"https://a.example/\">\
             <outline text='x' xmlUrl='https://b.example/1";
        assert_eq!(shown(list), ["https://a.example/  [A & B]", "https://b.example/1 x [A & B]"]);
        assert_eq!(shown("<opml><body></body></opml>"), [""; 0]);
    }

    #[test]
    fn depth_does_no_harm() {
        let list = format!(
            "<opml>{}<outline xmlUrl='https://a.example/'/>{}<outline xmlUrl='https://b.example/'/>",
            "<outline text='g'>".repeat(100_000),
            "</outline>".repeat(100_000),
        );
        let feeds = opml(list.as_bytes()).unwrap();
        assert_eq!((feeds[0].groups.len(), feeds[1].groups.len()), (MAX_DEPTH, 0));
    }

    #[test]
    fn what_is_no_list_is_called_by_its_name() {
        for (document, wanted) in [
            ("", "an empty document, not an OPML list of feeds"),
            (
                "<html><title>Sign in</title>",
                "an HTML page titled \"Sign in\", not an OPML list of feeds",
            ),
            ("a,b\n1,2", "neither XML nor JSON, so not an OPML list of feeds"),
            (
                "<rss><channel>",
                "a feed, not a list of feeds: its own address is what a [[feed]] is given",
            ),
        ] {
            assert_eq!(opml(document.as_bytes()).unwrap_err().detail, wanted, "{document}");
        }
    }
}
