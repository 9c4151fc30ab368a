//! The folder and the configuration of the demo.

use std::{
    fmt::Write as _,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::DemoArgs;
use crate::{
    clock::Clock,
    demo::{self, Newsroom},
};

/// The folder for everything the demo writes: the one asked for, else a new one.
pub(super) fn folder(asked: Option<&Path>) -> anyhow::Result<PathBuf> {
    let out = asked.map_or_else(
        || {
            let name =
                format!("wiredesk-demo-{}-{}", std::process::id(), Clock::System.now().as_second());
            std::env::temp_dir().join(name)
        },
        Path::to_owned,
    );
    fs::create_dir_all(&out).with_context(|| format!("creating {}", out.display()))?;
    let out = out.canonicalize().with_context(|| format!("finding {}", out.display()))?;
    // A demo begins from nothing, also in the folder of the last one.
    let data = out.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("clearing {}", data.display()))?;
    }
    Ok(out)
}

/// Writes the configuration and returns its path.
pub(super) fn write(out: &Path, address: SocketAddr, args: &DemoArgs) -> anyhow::Result<PathBuf> {
    let path = out.join("wiredesk.toml");
    fs::write(&path, toml(out, address, args)?)
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

fn toml(out: &Path, address: SocketAddr, args: &DemoArgs) -> anyhow::Result<String> {
    let mut text = String::new();
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let data = out.join("data");
    let data = data.to_str().context("the name of the folder is not UTF-8")?;
    writeln!(text, "data = {}\n", quoted(data))?;
    writeln!(text, "[fetch]\nallow = [\"{address}\"]\n")?;
    if args.web {
        writeln!(text, "[web]\nlisten = \"127.0.0.1:0\"   # any port that is free\n")?;
    }
    let agency = demo::AGENCY;
    writeln!(
        text,
        "[[agency]]\nid = \"{}\"\nname = \"{}\"\ntokens = [\"{}\"]\n",
        agency.id, agency.name, agency.token
    )?;
    for feed in Newsroom::feeds() {
        writeln!(
            text,
            "[[feed]]\nname = \"{}\"\nurl = \"http://{address}{}\"\npublisher = \"{}\"\ninterval = \"1 s\"\n",
            feed.name, feed.path, feed.publisher
        )?;
    }
    for (number, url) in args.feed.iter().enumerate() {
        writeln!(text, "[[feed]]\nname = \"yours-{}\"\nurl = {}\n", number + 1, quoted(url))?;
    }
    writeln!(
        text,
        "[[recipient]]\nname = \"desk\"\nemail = [\"desk@example.org\"]\nwait = \"{} ms\"   # lets the copies gather\n",
        demo::WAIT.as_millis()
    )?;
    let rule = |name: &str, title: &str, query: &str| {
        format!(
            "[[rule]]\nname = \"{name}\"\ntitle = {}\nquery = {}\nnotify = [\"desk\"]\n",
            quoted(title),
            quoted(query)
        )
    };
    text.push_str(&rule("dorvistan-rampart", "Dorvistan and the Rampart", demo::QUERY));
    for (number, query) in args.rule.iter().enumerate() {
        text.push('\n');
        text.push_str(&rule(&format!("yours-{}", number + 1), query, query));
    }
    Ok(text)
}
