//! What HTML of a person's own template must not hold: nothing in a mail may act.

use dom_query::Document;

/// Elements that act, load or ask.
const ACTING: &str = "script, iframe, frame, object, embed, applet, form, base, link, meta[http-equiv=refresh], svg script";

/// Attributes whose value is an address.
const ADDRESSES: [&str; 5] = ["href", "src", "action", "formaction", "background"];

/// What acts in a document, if anything does: a script, a handler, a link that does not lead to the
/// web, to mail or within the message.
pub(super) fn acts(html: &str) -> Option<String> {
    let document = Document::from(html);
    let acting = document.select(ACTING);
    if let Some(element) = acting.nodes().first() {
        return Some(format!("it makes a <{}>", element.node_name().unwrap_or_default()));
    }
    for element in document.select("*").nodes() {
        for attribute in element.attrs() {
            let name = attribute.name.local.to_ascii_lowercase();
            if name.starts_with("on") {
                return Some(format!("it makes the attribute `{name}`, which acts"));
            }
            if ADDRESSES.contains(&&*name) && !leads_to_the_web(&attribute.value) {
                let value: String = attribute.value.chars().take(60).collect();
                return Some(format!(
                    "it makes the link `{value}`, which does not lead to the web"
                ));
            }
        }
    }
    None
}

/// Whether an address is of the web, of mail, of a part of the message, or within it.
fn leads_to_the_web(address: &str) -> bool {
    // Readers leave out what does not print before they look at the scheme.
    let plain: String = address.chars().filter(|c| !c.is_control() && *c != ' ').collect();
    let plain = plain.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "cid:", "#"].iter().any(|start| plain.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_found() {
        for (html, found) in [
            ("<p>Crane <b onclick='x()'>falls</b>", Some("`onclick`")),
            ("<p><script>alert(1)</script>", Some("<script>")),
            ("<ScRiPt src=x></sCript>", Some("<script>")),
            ("<a href=' java\nscript:alert(1)'>x</a>", Some("does not lead to the web")),
            ("<img src=data:image/png;base64,xx>", Some("does not lead to the web")),
            ("<form action='https://a.example'></form>", Some("<form>")),
            ("<a href='https://a.example/?onclick=1'>onclick= javascript:</a>", None),
            ("<a href='#s1'>1</a> <a href='mailto:a@desk.example'>a</a> &lt;script&gt;", None),
        ] {
            let acts = acts(html);
            match found {
                Some(found) => {
                    assert!(acts.as_ref().is_some_and(|a| a.contains(found)), "{html}: {acts:?}");
                }
                None => assert_eq!(acts, None, "{html}"),
            }
        }
    }
}
