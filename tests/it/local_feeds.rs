//! A wire that is dropped into a folder, through the real binary.

use std::fs;

use serde_json::Value;

use crate::support::desk::{Desk, until};

fn feed(number: u32, title: &str) -> String {
    format!(
        "<rss version='2.0'><channel><title>Tidal Wire</title><link>https://tidal.example/</link>\
         <item><guid isPermaLink='false'>tidal-{number}</guid><title>{title}</title>\
         <link>/{number}</link><description>Ferries stay in the harbour of Arden.</description>\
         </item></channel></rss>"
    )
}

fn titles(desk: &Desk, name: &str) -> Vec<String> {
    let of_feed = |article: &Value| article["feed"] == name;
    let articles = desk.export("articles").into_iter().filter(of_feed);
    articles.map(|article| article["title"].as_str().unwrap_or_default().to_owned()).collect()
}

fn state(desk: &Desk, name: &str) -> Value {
    let status = desk.status();
    let feeds = status["feeds"].as_array().unwrap();
    feeds.iter().find(|feed| feed["name"] == name).unwrap().clone()
}

#[test]
fn every_document_of_a_folder_is_read_once_and_a_broken_one_holds_up_nothing() {
    let wire = tempfile::tempdir().unwrap();
    let drop = |name: &str, text: &str| fs::write(wire.path().join(name), text).unwrap();
    drop("1.xml", &feed(1, "Storm closes the harbour"));
    drop("2.xml", &feed(2, "Harbour opens again"));
    let single = wire.path().join("2.xml");
    let desk = Desk::new(&format!(
        "[[feed]]\nname = 'wire'\nurl = '{}'\ninterval = '1 s'\n\
         [[feed]]\nname = 'single'\nurl = 'file://{}'\n",
        wire.path().display(),
        single.display()
    ));
    desk.once();
    assert_eq!(titles(&desk, "wire"), ["Storm closes the harbour", "Harbour opens again"]);
    assert_eq!(titles(&desk, "single"), ["Harbour opens again"]);
    let urls: Vec<_> = desk.export("articles").iter().map(|a| a["url"].to_string()).collect();
    assert!(urls.contains(&"\"https://tidal.example/1\"".to_owned()), "{urls:?}");

    drop("3.xml", "<html><title>Sign in</title>");
    drop("4.xml", &feed(4, "Pier is swept away"));
    until("the folder is read again", || {
        desk.once();
        (titles(&desk, "wire").len() == 3).then_some(())
    });
    let problem = state(&desk, "wire")["problem"].to_string();
    assert!(problem.contains("1 of 2 files: 3.xml: an HTML page titled"), "{problem}");
    drop("3.xml", &feed(3, "Boats are missed"));
    until("the mended file is read", || {
        desk.once();
        (titles(&desk, "wire").len() == 4).then_some(())
    });
    assert_eq!(state(&desk, "wire")["state"], "ok");
}

#[test]
fn every_page_of_a_sitemap_is_an_article_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sitemap.xml");
    let page = |number| {
        format!("<url><loc>https://tidal.example/{number}</loc><lastmod>2026-05-04</lastmod></url>")
    };
    fs::write(&file, format!("<urlset>{}{}</urlset>", page(1), page(2))).unwrap();
    let url = file.display();
    let desk = Desk::new(&format!(
        "[[feed]]\nname = 'pages'\nurl = '{url}'\nformat = 'sitemap'\n\
         [[feed]]\nname = 'news'\nurl = 'file://{url}'\n"
    ));
    desk.once();
    assert_eq!(titles(&desk, "pages").len(), 2);
    assert_eq!(titles(&desk, "news").len(), 0);
    let problem = state(&desk, "news")["problem"].to_string();
    assert!(problem.contains("a sitemap of 2 pages without news entries"), "{problem}");
}
