//! `docs/rules.md` is the chapters of the manual, a table of contents, and the codes.

use std::{fmt::Write as _, path::Path};

use wiredesk::query::{
    Field,
    codes::{CODES, Written},
};

use super::literate::{blocks, chapters, settle};

#[test]
fn the_manual_is_assembled_from_its_chapters() {
    let chapters = chapters();
    let mut contents = String::new();
    for heading in chapters.values().flat_map(|text| text.lines()) {
        if let Some(heading) = heading.strip_prefix("## ") {
            let anchor = heading.to_lowercase().replace(' ', "-").replace([',', '.'], "");
            writeln!(contents, "- [{heading}](#{anchor})").unwrap();
        }
    }
    contents += "- [Errors and warnings](#errors-and-warnings)\n";
    let manual = chapters.values().map(|text| text.trim_end()).collect::<Vec<_>>().join("\n\n");
    let manual = manual.replacen("<!-- contents -->", contents.trim_end(), 1);
    settle(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md"),
        &format!("<!-- Assembled from tests/rules by a test. -->\n{manual}\n\n{}", errors()),
    );
}

/// The chapter of codes, from the table that `rules explain-error` prints.
fn errors() -> String {
    let mut chapter = "## Errors and warnings\n\n`wiredesk rules explain-error CODE` prints the entry of a code. An error (E) refuses the configuration; a warning (W) does not.\n".to_owned();
    for code in CODES {
        write!(chapter, "\n### {}: {}\n\n{}\n\n", code.code, code.title, code.meaning).unwrap();
        for example in code.examples {
            let with = |aliases: Written| {
                let one = |(name, query)| format!("`${name} = {query}`, ");
                aliases.iter().copied().map(one).collect::<Vec<_>>().concat()
            };
            let (wrong, right) = (with(example.aliases), with(example.mended));
            writeln!(chapter, "- {wrong}`{}` → {right}`{}`", example.wrong, example.right).unwrap();
        }
    }
    chapter
}

#[test]
fn the_manual_shows_every_field_by_each_of_its_names() {
    let chapters = chapters();
    for name in Field::names() {
        let shown = chapters
            .values()
            .flat_map(|text| blocks(text))
            .any(|block| block.contains(&format!("{name}:")));
        assert!(shown, "{name}: is in no block");
    }
}
