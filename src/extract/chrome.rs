//! Takes out of a page what is no text of its article: captions, credits, notices.

use dom_query::Document;

/// What is taken out: a credit below a picture names an agency that did not write the text.
const NO_TEXT: &str = "figcaption, figure:has(img), figure:has(video), [class*=caption], \
    [class*=Caption], [class*=credit], [class*=copyright], [itemprop=caption], \
    [itemprop=copyrightHolder], script, style, noscript, template, iframe, svg";

/// Elements whose class may say such a thing of the whole page.
const KEPT: &str = "html, body, main, article, :has(p)";

/// Removes it from the tree.
pub(super) fn remove(document: &Document) {
    for element in &document.select(NO_TEXT) {
        if !element.is(KEPT) || element.is("figure, figcaption") {
            element.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_and_credits_go_and_what_holds_paragraphs_stays() {
        let document = Document::from(
            "<body class=\"no-captions\"><p>The pier is shut.</p>\
             <figure><img src=a><figcaption><p>The pier. Norland Press</p></figcaption></figure>\
             <figure><blockquote>Nobody was hurt.</blockquote><figcaption>Mara</figcaption></figure>\
             <div class=\"imageCaption\">Photo: Norland Press</div><span class=credit>Tessera</span>\
             <div class=\"story with-credits\"><p>Ferries wait.</p></div>",
        );
        remove(&document);
        let text = crate::text::html::to_text(&document.html());
        assert_eq!(text.trim(), "The pier is shut.\n\nNobody was hurt.\n\nFerries wait.");
    }
}
