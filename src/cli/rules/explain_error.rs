//! `wiredesk rules explain-error`: what a code means, with mistakes and how to mend them.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _},
    sync::Arc,
};

use crate::{
    cli::{Exit, open::stop},
    diagnostic::{Colour, Report, Source},
    query::{
        self, Aliases,
        codes::{self, CODES, Code, Example, Written},
        suggest::nearest,
    },
};

/// Characters of a line of prose.
const WIDTH: usize = 80;

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk rules explain-error E104")]
pub(crate) struct ExplainErrorArgs {
    /// A code such as E104 or W201
    code: String,
}

/// Prints the entry of a code; 64 when there is none.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn run(args: &ExplainErrorArgs) -> anyhow::Result<Exit> {
    let Some(code) = codes::code(&args.code) else {
        let upper = args.code.to_ascii_uppercase();
        let hint = nearest(&upper, CODES.iter().map(|code| code.code)).map_or_else(
            || {
                let all: Vec<_> = CODES.iter().map(|code| code.code).collect();
                format!("there are {}", all.join(", "))
            },
            |near| format!("did you mean {near}?"),
        );
        return Err(stop(Exit::Usage, format!("there is no code {}: {hint}", args.code)));
    };
    let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
    print!("{}", entry(code, colour));
    Ok(Exit::Ok)
}

fn entry(code: &Code, colour: Colour) -> String {
    let mut text = format!("{}: {}\n\n{}", code.code, code.title, wrapped(code.meaning));
    for example in code.examples {
        text.push('\n');
        text.push_str(&mistake(example, colour));
        let mended = format!("{}{}", aliases(example.mended), example.right);
        // Writing to a string cannot fail.
        let _infallible = writeln!(text, "mended:\n  {}", mended.replace('\n', "\n  "));
    }
    text
}

/// The mistake as the daemon reports it.
fn mistake(example: &Example, colour: Colour) -> String {
    let known: Aliases = example
        .aliases
        .iter()
        .map(|(name, query)| ((*name).to_owned(), (*query).to_owned()))
        .collect();
    let (_, problems) = query::parse(example.wrong, &known);
    let source = Arc::new(Source { name: "query".to_owned(), text: example.wrong.to_owned() });
    let mut report = Report::default();
    problems.into_iter().take(1).for_each(|problem| report.push(&source, problem));
    format!("{}{}", aliases(example.aliases), report.render(colour))
}

fn aliases(written: Written) -> String {
    let lines: Vec<_> =
        written.iter().map(|(name, query)| format!("${name} = {query}\n")).collect();
    lines.concat()
}

fn wrapped(prose: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in prose.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_between_words() {
        let prose = "word ".repeat(40);
        let lines = wrapped(prose.trim());
        assert!(lines.lines().all(|line| line.len() <= WIDTH && !line.ends_with(' ')));
        assert_eq!(lines.split_whitespace().count(), 40);
    }
}
