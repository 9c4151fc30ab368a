//! What of a document says something: two that differ only in when they were built are one.

use xxhash_rust::xxh3::Xxh3;

/// Elements of the channel that say when it was built. Behind the first item, a date is an item's.
const BUILT: &[&str] = &["lastBuildDate", "pubDate", "updated", "dc:date"];

/// What is longer than this, in bytes, is no date and no remark of a program.
const LONGEST: usize = 400;

/// The hash of a document without the time of its making and short comments. A body that is no
/// markup is hashed as it is.
pub fn essence(body: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    let (mut rest, mut has_items) = (body, false);
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        let (text, tag) = rest.split_at(at);
        hash.update(text);
        has_items |= is_tag(tag, "item") || is_tag(tag, "entry");
        let length = empty_talk(tag, has_items);
        if length == 0 {
            hash.update(b"<");
        }
        rest = &tag[length.max(1)..];
    }
    hash.update(rest);
    hash.digest()
}

/// How many bytes at the start of `tag` say nothing.
fn empty_talk(tag: &[u8], has_items: bool) -> usize {
    let head = &tag[..tag.len().min(LONGEST)];
    if head.starts_with(b"<!--") {
        return find(head, b"-->")
            .filter(|end| !head[1..*end].contains(&b'<'))
            .map_or(0, |end| end + 3);
    }
    let built = BUILT.iter().find(|name| is_tag(head, name));
    let Some(name) = built.filter(|name| !has_items || **name == "lastBuildDate") else { return 0 };
    let close = format!("</{name}>");
    find(head, close.as_bytes()).map_or(0, |end| end + close.len())
}

fn is_tag(text: &[u8], name: &str) -> bool {
    let rest = text.strip_prefix(b"<").and_then(|rest| rest.strip_prefix(name.as_bytes()));
    rest.and_then(<[u8]>::first).is_some_and(|next| b"> \t\r\n".contains(next))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        essence(one.as_bytes()) == essence(other.as_bytes())
    }

    #[test]
    fn the_time_of_making_says_nothing() {
        let feed = "<rss><channel><lastBuildDate>A</lastBuildDate><pubDate>A</pubDate><title>x</title>\
                    <item><title>Crane falls</title><pubDate>1</pubDate></item></channel></rss><!-- A s -->";
        assert!(same(feed, &feed.replace('A', "B and later")));
        for (from, to) in
            [("Crane", "Mast"), ("<pubDate>1", "<pubDate>2"), ("<title>x", "<title>y")]
        {
            assert!(!same(feed, &feed.replace(from, to)), "{to}");
        }
        let atom = "<feed><updated>A</updated><entry><updated>1</updated></entry></feed>";
        assert!(same(atom, &atom.replace('A', "B")));
        assert!(!same(atom, &atom.replace('1', "2")));
    }

    #[test]
    fn what_looks_like_a_remark_and_holds_more_counts() {
        let open = "<rss><item>a <!-- b</item><item>c</item><!-- d --></rss>";
        assert!(!same(open, &open.replace('c', "e")));
        let long = format!("<rss><!-- {} --></rss>", "word ".repeat(200));
        assert!(!same(&long, &long.replace("word", "news")));
    }

    #[test]
    fn a_body_without_markup_is_hashed_as_it_is() {
        assert!(same("{}", "{}") && !same("{}", "{ }") && !same("", "<") && !same("<", "<<"));
    }
}
