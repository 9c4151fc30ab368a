//! Pages of invented papers, and what is read in them.

use super::*;

const TEXT: [&str; 4] = [
    "ARDEN, March 2 (Tessera): The pier of Arden is shut after the storm of Sunday night, the \
     harbour master said, and ferries to Norland will not sail before Thursday.",
    "Divers have found that two of its forty piles are broken, and that a third is loose; the \
     council will hear on Wednesday what the repair costs and who is to pay for it.",
    "\"Nobody was hurt, and that is what counts,\" said Mara Ilves, who has kept the harbour for \
     eleven years and saw the pier shut only once before, in the winter of the great ice.",
    "Fishing boats may use the inner basin, where the water is deep enough at every tide, while \
     the market moves to the old customs house until the pier can be opened again.",
];

/// A page with the text in it and with all that surrounds a text; `head` is what it states.
fn page(head: &str) -> String {
    let page = include_str!("../../tests/fixtures/pages/pier.html");
    let (start, rest) = page.split_once("<link").unwrap();
    let (_, body) = rest.split_once("</head>").unwrap();
    format!("{start}{head}</head>{body}")
}

fn read(html: &str) -> Page {
    let context =
        parse::Context { url: Some("https://m.arden-post.example/pier?x=1"), content_type: None };
    extract(html.as_bytes(), &context).unwrap()
}

#[test]
fn the_text_is_without_captions_and_furniture() {
    let page = read(&page(""));
    assert_eq!(page.text, TEXT.join("\n\n"));
    assert!(!page.is_doubtful);
}

#[test]
fn what_the_page_prints_is_read_where_it_states_nothing() {
    let page = read(&page(
        "<meta property=\"article:published_time\" content=\"2026-03-02T09:15:00+01:00\">",
    ));
    assert_eq!(page.title.as_deref(), Some("Pier of Arden shut"));
    assert_eq!(page.authors, ["Tove Lind", "Tessera"]);
    assert_eq!(page.byline.as_deref(), Some("By Tove Lind and Tessera"));
    assert_eq!(page.published, "2026-03-02T08:15:00Z".parse().ok());
    assert_eq!(page.language.as_deref(), Some("en-GB"));
    assert_eq!(page.url.as_deref(), Some("https://m.arden-post.example/pier?x=1"));
    assert_eq!((page.publisher, page.is_free), (None, None));
}

#[test]
fn what_the_page_states_goes_first() {
    let page = read(&page(
        "<link rel=\"canonical\" href=\"https://www.arden-post.example/pier\">\
         <meta property=\"og:site_name\" content=\"arden-post.example\">\
         <meta name=\"author\" content=\"Arden Post\">\
         <script type=\"application/ld+json\">{\"@type\": \"NewsArticle\", \"headline\": \
         \"Pier of Arden shut\", \"author\": [{\"name\": \"Tove Lind\"}], \"datePublished\": \
         \"2026-03-02T08:15:00Z\", \"publisher\": {\"name\": \"Arden Post\"}, \
         \"isAccessibleForFree\": false}</script>",
    ));
    assert_eq!(page.url.as_deref(), Some("https://www.arden-post.example/pier"));
    assert_eq!(page.authors, ["Tove Lind"]);
    assert_eq!(page.publisher.as_deref(), Some("Arden Post"));
    assert_eq!(page.published, "2026-03-02T08:15:00Z".parse().ok());
    assert_eq!(page.is_free, Some(false));
}

#[test]
fn the_address_of_a_site_is_not_that_of_a_page() {
    let page = read(&page("<link rel=canonical href=\"https://www.arden-post.example/\">"));
    assert_eq!(page.url.as_deref(), Some("https://m.arden-post.example/pier?x=1"));
}

#[test]
fn a_page_in_an_old_encoding_is_read() {
    let html = page("").replace("utf-8", "windows-1252").replace("Mara", "Zoë");
    let bytes = encoding_rs::WINDOWS_1252.encode(&html).0;
    let page = extract(&bytes, &parse::Context::default()).unwrap();
    assert!(page.text.contains("said Zoë Ilves"), "{}", page.text);
}

#[test]
fn a_text_that_is_only_stated_is_taken_with_doubt() {
    let stated = format!(
        "<script type=\"application/ld+json\">{{\"@type\": \"Article\", \"articleBody\": \"{}\"}}\
         </script>",
        TEXT[3]
    );
    let page = read(&stated);
    assert_eq!(page.text, TEXT[3]);
    assert!(page.is_doubtful);
}

#[test]
fn a_page_without_a_text_is_refused() {
    for html in ["", "<html><body></body></html>", "<script>var a = 1;</script>"] {
        assert_eq!(extract(html.as_bytes(), &parse::Context::default()), Err(Refusal::NoText));
    }
    let long = "a".repeat(MAX_BYTES + 1);
    assert_eq!(extract(long.as_bytes(), &parse::Context::default()), Err(Refusal::TooLarge));
}

#[test]
fn the_paragraph_below_the_headline_is_the_first_of_the_text() {
    let said = "Ferries wait until Thursday, and the council asks who is to pay.";
    let stated = |said: &str| page(&format!("<meta name=\"description\" content=\"{said}\">"));
    let printed =
        |said: &str| stated(said).replace("</h1>", &format!("</h1><aside>{said}</aside>"));
    assert_eq!(read(&printed(said)).text, format!("{said}\n\n{}", TEXT.join("\n\n")));
    let cut = "Ferries wait until Thursday, and the council asks who is to...";
    let dashes = "-".repeat(60);
    for page in [stated(said), printed(cut), printed(&dashes), stated(TEXT[1])] {
        assert_eq!(read(&page).text, TEXT.join("\n\n"));
    }
}

#[test]
fn the_headline_is_the_one_that_is_said_twice() {
    let stated = |linked: &str, shared: &str| {
        let linked = format!("{{\"@type\": \"NewsArticle\", \"headline\": \"{linked}\"}}");
        page(&format!(
            "<meta property=\"og:title\" content=\"{shared}\">\
             <script type=\"application/ld+json\">{linked}</script>"
        ))
    };
    for (linked, shared, wanted) in [
        ("Ferries wait", "Who pays for the pier?", "Ferries wait"),
        ("Ferries wait", "Pier of Arden shut | Arden Post", "Pier of Arden shut"),
        ("Who pays?", "WHO PAYS", "Who pays?"),
        ("Pier of Arden: shut!", "Who pays?", "Pier of Arden: shut!"),
    ] {
        assert_eq!(read(&stated(linked, shared)).title.as_deref(), Some(wanted));
    }
}
