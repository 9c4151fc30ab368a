//! How fast pages are read: one as papers have them, and one made to be slow.

use divan::{Bencher, counter::BytesCount};
use wiredesk::{
    extract::{MAX_BYTES, MAX_DEPTH, extract},
    parse::Context,
};

fn main() {
    divan::main();
}

/// A page of some 110 kB, most of it menus, teasers and scripts.
fn page() -> String {
    let head = format!("<script>{}</script>", "var a = \"<p>\";".repeat(3_000));
    let menu = "<li class=\"item\"><a href=\"/a\">Harbour and sea</a></li>".repeat(400);
    let teaser =
        "<div class=\"teaser\"><h3><a href=\"/b\">Ten walks</a></h3><p>By the sea.</p></div>";
    let paragraph = |number: usize| {
        let sentence = format!("The council of Arden heard of pier {number}, which is shut. ");
        format!("<p>{}</p>", sentence.repeat(5))
    };
    let text: String = (0..40).map(paragraph).collect();
    let teasers = teaser.repeat(500);
    format!(
        "<html lang=en><head>{head}</head><body><ul>{menu}</ul><article><h1>Pier</h1>{text}\
         </article><aside>{teasers}</aside></body></html>"
    )
}

fn run(bencher: Bencher<'_, '_>, page: &str) {
    let context = Context::default();
    bencher.counter(BytesCount::of_str(page)).bench(|| extract(page.as_bytes(), &context));
}

#[divan::bench]
fn ordinary(bencher: Bencher<'_, '_>) {
    run(bencher, &page());
}

#[divan::bench]
fn as_deep_as_may_be(bencher: Bencher<'_, '_>) {
    run(bencher, &format!("{}{}", "<div>".repeat(MAX_DEPTH - 50), page()));
}

#[divan::bench]
fn refused(bencher: Bencher<'_, '_>) {
    let wide = "<p a='b'>a</p>".repeat(MAX_BYTES / 20);
    run(bencher, &format!("{wide}{}", "<div>".repeat(MAX_DEPTH + 1)));
}
