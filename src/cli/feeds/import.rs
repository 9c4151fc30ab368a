//! `wiredesk feeds import`: feeds of an OPML list, written below what a person wrote.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::{
    entry::{Entry, Names, slug},
    print,
};
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        open::stop,
        shown::{counted, one_line},
        stage,
    },
    config,
    parse::{self, Listed},
    text::address,
};

/// The file in a configuration folder that gets the feeds where none is named.
const FILE: &str = "imported.toml";

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk feeds import feeds.opml --dry-run")]
pub(crate) struct ImportArgs {
    /// The list; `-` for standard input
    opml: PathBuf,
    /// Add them to this file, which is made where it is not there; else to the configuration file, or
    /// to `imported.toml` in the configuration folder
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// What becomes of a list.
#[derive(Debug, Default)]
struct Sorted {
    new: Vec<Entry>,
    /// How many are in the configuration, or came before in the list.
    known: usize,
    /// What cannot be a feed, each with why.
    refused: Vec<String>,
}

/// Writes what is not there yet. Nothing that stands in a file is changed: tables are added at its
/// end, and it is replaced in one step.
#[expect(clippy::print_stderr, reason = "what is left out is for the person at the terminal")]
pub(super) fn run(args: &ImportArgs) -> anyhow::Result<Exit> {
    let list = stage::read(&args.opml, parse::MAX_LIST)
        .map_err(|error| stop(Exit::Io, format!("reading {}: {error}", args.opml.display())))?;
    let list = parse::opml(&list).map_err(|problem| {
        stop(Exit::Data, format!("{}: {}", args.opml.display(), problem.detail))
    })?;
    let target = target(args)?;
    let sorted = sort(list, known(&args.config.config, &target)?);
    for refused in &sorted.refused {
        eprintln!("left out: {refused}");
    }
    let tables: Vec<_> = sorted.new.iter().map(Entry::to_toml).collect();
    let tables = tables.join("\n");
    if args.dry_run {
        print(&tables)?;
    } else if !tables.is_empty() {
        add(&target, &tables)?;
    }
    let written = if args.dry_run { "would be written to" } else { "written to" };
    let others = [(sorted.known, "there already"), (sorted.refused.len(), "left out")];
    let others = others.iter().filter(|(count, _)| *count > 0);
    let others: Vec<_> = others.map(|(count, what)| format!("; {count} {what}")).collect();
    eprintln!(
        "{} {written} {}{}",
        counted(sorted.new.len(), "feed"),
        target.display(),
        others.concat()
    );
    Ok(if sorted.refused.is_empty() { Exit::Ok } else { Exit::Data })
}

fn target(args: &ImportArgs) -> anyhow::Result<PathBuf> {
    let config = &args.config.config;
    match &args.into {
        Some(file) => Ok(file.clone()),
        None if config.is_dir() => Ok(config.join(FILE)),
        None if config.exists() => Ok(config.clone()),
        None => {
            let message =
                format!("{} does not exist; `--into FILE` says where to write", config.display());
            Err(stop(Exit::Io, message))
        }
    }
}

/// The names and addresses that are taken: in the configuration, and in the file that is written to.
fn known(config: &Path, target: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut known = Vec::new();
    for path in [config, target].into_iter().filter(|path| path.exists()) {
        known.extend(config::feeds(path).map_err(|report| {
            stop(Exit::Config, format!("{report}\nmend this first: nothing was written"))
        })?);
    }
    Ok(known)
}

fn sort(list: Vec<Listed>, known: Vec<(String, String)>) -> Sorted {
    let (names, urls): (Vec<_>, Vec<_>) = known.into_iter().unzip();
    let mut names = Names::of(names);
    let comparable = |url: &str| address::canonical(url).unwrap_or_else(|| url.to_owned());
    let mut urls: BTreeSet<_> = urls.iter().map(|url| comparable(url)).collect();
    let mut sorted = Sorted::default();
    for Listed { url, title, groups } in list {
        // The old way of newsreaders to say that an address is that of a feed.
        let url = match url.strip_prefix("feed:") {
            Some(rest) if rest.starts_with("//") => format!("http:{rest}"),
            Some(rest) => rest.to_owned(),
            None => url,
        };
        let refused = config::refuses_address(&url);
        let is_local = address::absolute(&url, None).is_none();
        if let Some(why) = refused.or_else(|| is_local.then(|| "it is not on the web".to_owned())) {
            let title = title.map(|title| format!("{} ", one_line(&title))).unwrap_or_default();
            sorted.refused.push(format!("{title}{}: {why}", one_line(&url)));
        } else if urls.insert(comparable(&url)) {
            let (mut tags, mut others) = (Vec::new(), Vec::new());
            for group in groups {
                match slug(&group) {
                    Some(tag) if tags.contains(&tag) => {}
                    Some(tag) => tags.push(tag),
                    None => others.push(group),
                }
            }
            let name = names.take(title.as_deref(), &url);
            // A tag has English letters; of a group in another script, the comment keeps the name.
            let title = title.into_iter().chain(others).collect::<Vec<_>>().join(" / ");
            let title = Some(title).filter(|title| !title.is_empty());
            sorted.new.push(Entry { name, title, url, tags });
        } else {
            sorted.known += 1;
        }
    }
    sorted
}

/// Puts tables at the end of a file, all of them or none.
fn add(target: &Path, tables: &str) -> anyhow::Result<()> {
    let failed =
        |error: &io::Error| stop(Exit::Io, format!("writing {}: {error}", target.display()));
    let (target, before) = match fs::canonicalize(target) {
        Ok(target) => {
            let text = fs::read_to_string(&target).map_err(|error| failed(&error))?;
            (target, text)
        }
        Err(_) => (target.to_owned(), String::new()),
    };
    let gap = match before.as_str() {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let text = format!("{before}{gap}{tables}");
    toml::from_str::<toml::Table>(&text).map_err(|_| {
        let message = format!(
            "{} has `feed` in a form that nothing can be added to; `--into FILE` names another file",
            target.display()
        );
        stop(Exit::Config, message)
    })?;
    let name = target.file_name().context("a file to write to")?.to_string_lossy();
    // Hidden files are not part of a configuration folder.
    let draft = target.with_file_name(format!(".{name}.new"));
    let write = || {
        fs::write(&draft, &text)?;
        if let Ok(about) = fs::metadata(&target) {
            fs::set_permissions(&draft, about.permissions())?;
        }
        fs::File::open(&draft)?.sync_all()?;
        fs::rename(&draft, &target)
    };
    write().map_err(|error| {
        drop(fs::remove_file(&draft));
        failed(&error)
    })
}
