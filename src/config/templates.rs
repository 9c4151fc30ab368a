//! A person's own templates of mails: finds them, reads them, and says what is wrong in them.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::Spanned;

use super::raw::{Placed, Raw};
use crate::{
    alert::letter::{FILES, TemplateFault, Templates},
    diagnostic::{Diagnostic, Report, Source},
};

/// Longer than any template of a mail that must stay under 90 kB, in bytes.
const MOST_BYTES: u64 = 256 << 10;

/// The templates in the folder that `[mail] templates` names, beside the configuration at `path`.
pub(super) fn templates(raw: &Raw, path: &Path, report: &mut Report) -> Templates {
    let mut templates = Templates::default();
    let Some(section) = &raw.mail else { return templates };
    let Some(written) = &section.value.templates else { return templates };
    let beside = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let folder = beside.join(written.get_ref());
    let at = |diagnostic: Diagnostic, report: &mut Report| report.push(&section.source, diagnostic);
    match names(&folder) {
        Err(error) => {
            let message = format!("cannot read the folder `{}`: {error}", folder.display());
            let help = format!("make it, with any of {} in it", FILES.join(", "));
            at(Diagnostic::error(None, written.span(), message).with_help(help), report);
            return templates;
        }
        Ok(names) => warn_of_others(&names, &folder, section, written, report),
    }
    for file in FILES {
        match read(&folder.join(file)) {
            Ok(Some(text)) => replace(&mut templates, file, text, &folder, report),
            Ok(None) => (),
            Err(error) => {
                let message = format!("cannot read `{}`: {error}", folder.join(file).display());
                at(Diagnostic::error(None, written.span(), message), report);
            }
        }
    }
    templates
}

fn replace(
    templates: &mut Templates,
    file: &'static str,
    text: String,
    folder: &Path,
    report: &mut Report,
) {
    let Err(TemplateFault { span, message }) = templates.replace(file, text.clone()) else {
        return;
    };
    let source = Arc::new(Source { name: folder.join(file).display().to_string(), text });
    let help = "what a template can name is listed in docs/mails.md; `wiredesk mail preview` shows the mail";
    report.push(&source, Diagnostic::error(None, span, message).with_help(help));
}

/// A file that looks like a template and is none is perhaps a misspelt one.
fn warn_of_others(
    names: &[PathBuf],
    folder: &Path,
    section: &Placed<super::raw::Mail>,
    written: &Spanned<String>,
    report: &mut Report,
) {
    let is_known = |name: &PathBuf| FILES.iter().any(|file| name.as_path() == Path::new(file));
    let looks_so = |name: &&PathBuf| {
        let endings = ["txt", "html", "htm", "j2", "jinja"];
        name.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known))
    };
    let others = names.iter().filter(|name| !is_known(name)).filter(looks_so);
    let help = format!("the templates are {}", FILES.join(", "));
    for name in others {
        let message = format!("`{}` is no template and is not read", folder.join(name).display());
        let warning = Diagnostic::warning(None, written.span(), message);
        report.push(&section.source, warning.with_help(help.clone()));
    }
    if !names.iter().any(is_known) {
        let message = format!("there is no template in `{}`", folder.display());
        let warning = Diagnostic::warning(None, written.span(), message);
        report.push(&section.source, warning.with_help(help));
    }
}

fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(PathBuf::from(entry?.file_name()));
    }
    names.sort();
    Ok(names)
}

/// The text of a file; `None` where there is none.
fn read(path: &Path) -> io::Result<Option<String>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is larger than {} kB", MOST_BYTES >> 10)));
    }
    Ok(Some(text))
}
