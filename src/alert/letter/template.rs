//! The templates that letters are written with: those of the program, and a person's own in their place.

use std::{collections::BTreeMap, fmt, ops::Range, sync::Arc, sync::LazyLock};

use minijinja::{
    AutoEscape, Environment, Error, HtmlEscape, Output, State, UndefinedBehavior, Value,
    escape_formatter, syntax::SyntaxConfig, value::Serde,
};

use super::{markup, page::Page, plain};

/// The files that may take the place of a template of the program.
pub const FILES: [&str; 3] = ["subject.txt", "letter.txt", "letter.html"];

/// The templates of the program, by the names under which a person's own can take them in.
const BUILT_IN: [(&str, &str); 2] = [
    ("wiredesk/letter.txt", include_str!("../templates/letter.txt")),
    ("wiredesk/letter.html", include_str!("../templates/letter.html")),
];

/// Work that a person's own template may do, in units of the template engine: about an instruction,
/// or 64 bytes of text. The templates of the program are bounded by the page that they are given.
const FUEL: u64 = 2_000_000;

/// The longest that a person's own template may make a message, in bytes.
const MOST_OUTPUT: usize = 400_000;

/// Which templates are in force; the program's where there is no other.
#[derive(Clone, Default)]
pub struct Templates {
    own: BTreeMap<&'static str, String>,
    environment: Option<Arc<Environment<'static>>>,
}

/// What is wrong with a template, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TemplateFault {
    /// Bytes of its text.
    pub span: Range<usize>,
    /// What is wrong there.
    pub message: String,
}

impl Templates {
    /// Takes the text of a template in the place of the program's own. It is compiled, and filled
    /// with sample letters of every kind, so that a name that does not exist is found now.
    pub fn replace(&mut self, file: &'static str, text: String) -> Result<(), TemplateFault> {
        check(file, &text)?;
        self.own.insert(file, text);
        let mut environment = environment(UndefinedBehavior::Lenient, Some(FUEL));
        for (file, text) in &self.own {
            environment
                .add_template_owned(*file, text.clone())
                .map_err(|error| fault(&error, file, text))?;
        }
        self.environment = Some(Arc::new(environment));
        Ok(())
    }

    /// The files that were taken.
    pub fn files(&self) -> impl Iterator<Item = &'static str> {
        self.own.keys().copied()
    }

    /// A person's own template, filled; `None` where there is none. The error says why it cannot be.
    pub(super) fn fill_own(
        &self,
        file: &'static str,
        page: &Page,
    ) -> Option<Result<String, String>> {
        let environment = self.environment.as_ref().filter(|_| self.own.contains_key(file))?;
        let filled = fill(environment, file, page).map_err(|error| said(&error));
        Some(filled.and_then(|text| sound(file, text)))
    }
}

impl PartialEq for Templates {
    fn eq(&self, other: &Self) -> bool {
        self.own == other.own
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("own", &self.own.keys()).finish_non_exhaustive()
    }
}

/// A template of the program, filled.
#[expect(clippy::expect_used, reason = "they are part of the program, and tests fill them")]
pub(super) fn fill_built_in(file: &str, page: &Page) -> String {
    static PROGRAM: LazyLock<Environment<'static>> =
        LazyLock::new(|| environment(UndefinedBehavior::Strict, None));
    fill(&PROGRAM, &format!("wiredesk/{file}"), page)
        .expect("the template names only fields of the page")
}

/// What a person's own template must be beyond being filled.
fn sound(file: &str, text: String) -> Result<String, String> {
    if text.len() > MOST_OUTPUT {
        return Err(format!("it makes more than {} kB of text", MOST_OUTPUT / 1_000));
    }
    if text.trim().is_empty() {
        return Err("it makes no text".to_owned());
    }
    if is_html(file) {
        markup::acts(&text).map_or(Ok(()), Err)?;
    }
    Ok(text)
}

/// Compiles a template and fills it with every sample.
fn check(file: &'static str, text: &str) -> Result<(), TemplateFault> {
    // What is only printed or looped over must exist; what is only asked for need not.
    let mut strict = environment(UndefinedBehavior::SemiStrict, Some(FUEL));
    strict.set_debug(true);
    strict.add_template_owned(file, text.to_owned()).map_err(|error| fault(&error, file, text))?;
    for page in super::sample::pages() {
        let filled = fill(&strict, file, &page).map_err(|error| fault(&error, file, text))?;
        sound(file, filled).map_err(|message| TemplateFault { span: 0..0, message })?;
    }
    Ok(())
}

fn fill(environment: &Environment<'_>, name: &str, page: &Page) -> Result<String, Error> {
    environment.get_template(name)?.render(Serde(page))
}

#[expect(clippy::expect_used, reason = "they are part of the program, and tests compile them")]
fn environment(undefined: UndefinedBehavior, fuel: Option<u64>) -> Environment<'static> {
    let mut templates = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    templates.set_syntax(syntax.expect("the delimiters are the default ones"));
    templates.set_undefined_behavior(undefined);
    templates.set_fuel(fuel);
    templates.set_formatter(write);
    templates.add_filter("href", href);
    // What comes from feeds is never markup.
    templates.remove_filter("safe");
    for (name, source) in BUILT_IN {
        templates.add_template(name, source).expect("the template is well formed");
    }
    templates
}

/// Prints a value: escaped in HTML, whatever the template says; in text with a mark behind words
/// that are written from right to left.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Ok(());
    }
    match (is_html(state.name()), value.as_str()) {
        (true, _) if matches!(state.auto_escape(), AutoEscape::None) && !value.is_safe() => {
            Ok(write!(out, "{}", HtmlEscape(&value.to_string()))?)
        }
        (false, Some(text)) => Ok(write!(out, "{text}{}", plain::closing(text))?),
        _ => escape_formatter(out, state, value),
    }
}

fn is_html(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending == "html")
}

/// A link for a double-quoted attribute. Auto-escaping is as safe, but writes slashes as numbers,
/// which makes links six times as long.
fn href(link: &str) -> Value {
    let escaped = link.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    Value::from_safe_string(escaped)
}

fn fault(error: &Error, file: &str, text: &str) -> TemplateFault {
    let here = error.name() == Some(file);
    let line = || {
        let line = error.line().unwrap_or(1);
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let end = text[start..].find('\n').map_or(text.len(), |end| start + end);
        start..end
    };
    let span = if here { error.range().unwrap_or_else(line) } else { 0..0 };
    TemplateFault { span, message: if here { in_words(error, "") } else { said(error) } }
}

/// The error in words, with its place.
fn said(error: &Error) -> String {
    match (error.name(), error.line()) {
        (Some(name), Some(line)) => in_words(error, &format!(" (line {line} of {name})")),
        _ => in_words(error, ""),
    }
}

/// The error with what lies beneath it.
fn in_words(error: &Error, place: &str) -> String {
    let detail = error.detail().map_or_else(String::new, |detail| format!(": {detail}"));
    let beneath = std::error::Error::source(error);
    let beneath = beneath.map_or_else(String::new, |beneath| format!("; {beneath}"));
    format!("{}{detail}{place}{beneath}", error.kind())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;

    use super::*;
    use crate::alert::letter::{render, sample};

    const MANUAL: &str = include_str!("../../../docs/mails.md");

    /// Every name under which something is to be had, lists with `[]` behind them.
    fn names(value: &Json, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Json::Object(fields) => {
                for (name, value) in fields {
                    let dot = if path.is_empty() { "" } else { "." };
                    names(value, &format!("{path}{dot}{name}"), found);
                }
            }
            Json::Array(values) => {
                for value in values {
                    names(value, &format!("{path}[]"), found);
                }
            }
            // What is missing in one letter is there in another.
            Json::Null => (),
            _ => {
                found.insert(path.to_owned());
            }
        }
    }

    #[test]
    fn the_manual_names_what_a_template_sees() {
        let mut seen = BTreeSet::new();
        for page in sample::pages() {
            names(&serde_json::to_value(&page).unwrap(), "", &mut seen);
        }
        let (_, table) = MANUAL.split_once("| name | is |\n| --- | --- |\n").unwrap();
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        let cells = rows.map(|row| row.split('|').nth(1).unwrap());
        let said: BTreeSet<_> = cells
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .map(ToOwned::to_owned)
            .collect();
        assert_eq!(said, seen);
    }

    fn with(file: &'static str, text: &str) -> Result<Templates, TemplateFault> {
        let mut templates = Templates::default();
        templates.replace(file, text.to_owned()).map(|()| templates)
    }

    /// What the fault points at, and what it says.
    fn fault(file: &'static str, text: &str) -> (String, String) {
        let TemplateFault { span, message } = with(file, text).unwrap_err();
        (text[span].to_owned(), message)
    }

    fn filled(file: &'static str, text: &str) -> crate::alert::Rendered {
        let (_, letter) = sample::samples().swap_remove(0);
        render(&letter, &with(file, text).unwrap())
    }

    #[test]
    fn a_template_takes_the_place_of_one_part_only() {
        let built_in = render(&sample::samples()[0].1, &Templates::default());
        let text = filled("letter.txt", "{{ sections[0].headline if sections else subject }}\n");
        assert_eq!(text.text, "Crane <falls> in Norhaven harbour");
        assert_eq!((text.subject, text.html), (built_in.subject.clone(), built_in.html));
        let subject = filled(
            "subject.txt",
            "{% for rule in rules %}\nWATCH\n {{ rule.name }}{% endfor %}\u{7}-",
        );
        assert_eq!(subject.subject, "WATCH harbour -");
        assert!(subject.html.contains("<title>WATCH harbour -</title>"));
        assert_eq!(subject.text, built_in.text);
    }

    #[test]
    fn a_built_in_template_can_be_built_upon() {
        let own = "{% extends 'wiredesk/letter.html' %}{% block style %}{{ super() }}\nb { x: y }{% endblock %}{% block foot %}ours{% endblock %}";
        let html = filled("letter.html", own).html;
        assert!(html.contains("color-scheme") && html.contains("b { x: y }"), "{html}");
        assert!(html.contains("<footer>\nours</footer>"), "{html}");
        let text = filled("letter.txt", "From the desk\n{% include 'wiredesk/letter.txt' %}").text;
        assert!(text.starts_with("From the desk\nCrane <falls>"), "{text}");
    }

    #[test]
    fn what_feeds_print_is_escaped_whatever_a_template_says() {
        for own in [
            "{% for s in sections %}{{ s.headline }}{% endfor %}.",
            "{% autoescape false %}{% for s in sections %}{{ s.headline }}{% endfor %}.{% endautoescape %}",
            "{% macro m(x) %}{{ x }}{% endmacro %}{% for s in sections %}{{ m(s.headline) }}{% endfor %}.",
            "{% for s in sections %}{% set x %}{{ s.headline }}{% endset %}{{ x }}{% endfor %}.",
            "{% for s in sections %}{{ '<' ~ s.headline }}{% endfor %}.",
            "{% for s in sections %}{{ [s.headline] }}{% endfor %}.",
        ] {
            let html = filled("letter.html", own).html;
            assert!(!html.contains('<') && html.contains("falls"), "{own}: {html}");
        }
        assert!(fault("letter.html", "{{ subject|safe }}").1.contains("safe"));
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place() {
        for (file, text, at, said) in [
            ("letter.txt", "a\n{% if late %}\nb", "", "end of input"),
            ("letter.txt", "a\n{{ sections[0.x }}\n", "}", ""),
            ("letter.txt", "{{ subjct }}", "subjct", "is undefined"),
            (
                "letter.txt",
                "x{% for s in sections %}{{ s.headlin }}{% endfor %}",
                "s.headlin",
                "is undefined",
            ),
            ("letter.txt", "x\n\n {{ subject|shout }}", "shout", "shout"),
            ("letter.txt", "{{ shout() }}", "shout", "shout"),
            ("letter.txt", "{% include 'other.txt' %}", "", "other.txt"),
            ("subject.txt", " \n", "", "no text"),
            ("letter.html", "<p onclick='x()'>{{ subject }}</p>", "", "onclick"),
            ("letter.html", "<a href='{{ subject }}'>x</a>", "", "does not lead to the web"),
            (
                "letter.txt",
                "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}",
                "",
                "fuel",
            ),
            ("letter.txt", "{{ 'x' * 1000000000 }}", "", ""),
            ("letter.txt", "{{ 'x' * 500000 }}", "", "400 kB"),
        ] {
            let (place, message) = fault(file, text);
            assert!(place.contains(at), "{text}: {place:?}: {message}");
            assert!(message.contains(said), "{text}: {message}");
        }
    }

    #[test]
    fn a_template_that_fails_on_a_letter_loses_nothing() {
        // No sample has a headline that a number can be made of.
        let own = "{% if sections and sections[0].headline == 'boom' %}{{ 1 / 0 }}{% endif %}{{ subject }}";
        let templates = with("letter.txt", own).unwrap();
        let (_, mut letter) = sample::samples().swap_remove(0);
        letter.tellings[0].title = "boom".into();
        let rendered = render(&letter, &templates);
        let built_in = render(&letter, &Templates::default());
        assert_eq!(rendered.text, built_in.text);
        let [(file, why)] = rendered.failed.into_iter().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(file, "letter.txt");
        assert!(why.contains("line 1 of letter.txt"), "{why}");
    }
}
