//! The status pages: `[web]`.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
};

use crate::{
    config::{
        Listen, Web,
        raw::{self, Placed, Raw},
        secret::Secrets,
        value::Fault,
    },
    diagnostic::{Diagnostic, Report},
};

/// Where the pages are when nobody says.
const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8787);

/// `[web]`; without it there are no pages.
pub(super) fn web(raw: &Raw, secrets: &Secrets, report: &mut Report) -> Option<Web> {
    let section = raw.web.as_ref()?;
    let raw::Web { listen, hosts, token_file, actions } = &section.value;
    let listen = match listen {
        None => Some(Listen::Address(USUAL)),
        Some(written) => section.read(written, report, |text| place(text)),
    };
    let hosts = hosts.iter();
    let hosts = hosts.filter_map(|text| section.read(text, report, |text| host(text))).collect();
    let token = token_file.as_ref().and_then(|file| secrets.get(file.get_ref())).cloned();
    let actions = actions.as_ref().is_some_and(|actions| *actions.get_ref());
    let web = Web { listen: listen?, hosts, token, actions };
    warn_of_open_actions(section, &web, report);
    Some(web)
}

/// An address of this machine, the path of a socket, or `systemd`.
fn place(text: &str) -> Result<Listen, Fault> {
    if text == "systemd" {
        return Ok(Listen::Systemd);
    }
    if Path::new(text).is_absolute() {
        return Ok(Listen::Socket(text.into()));
    }
    let address: SocketAddr = text.parse().map_err(|_| {
        Fault::new(format!("`{}` is not a place to listen", text.escape_debug())).with_help(
            "write an address and a port as in \"127.0.0.1:8787\", the path of a socket, or \"systemd\" for a \
             socket that systemd opened",
        )
    })?;
    if address.ip().is_loopback() {
        return Ok(Listen::Address(address));
    }
    let help = format!(
        "write \"127.0.0.1:{}\" or the path of a socket, and let a web server that asks for passwords pass \
         requests on",
        address.port()
    );
    Err(Fault::new(format!("others than this machine could reach {}", address.ip()))
        .with_help(help))
}

/// A name that a browser may ask for, without scheme, port and path.
fn host(text: &str) -> Result<String, Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Fault::new(format!("`{}` is not the name of a host", text.escape_debug()))
        .with_help("write it as in \"desk.example.org\", without https:// and port"))
}

/// Whoever has an account on this machine could press the buttons.
fn warn_of_open_actions(section: &Placed<raw::Web>, web: &Web, report: &mut Report) {
    let Some(actions) = section.value.actions.as_ref().filter(|_| web.actions) else { return };
    if web.token.is_none() && matches!(web.listen, Listen::Address(_)) {
        let message = "everybody with an account on this machine can use the actions of the pages";
        let warning = Diagnostic::warning(None, actions.span(), message)
            .with_help("write `token_file`, or listen on a socket that only some may open");
        report.push(&section.source, warning);
    }
}
