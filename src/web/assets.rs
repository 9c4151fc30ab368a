//! The style sheet, the script and the icon, which are part of the program.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use xxhash_rust::xxh3::xxh3_64;

use super::failure::Failure;

/// A file of the pages.
pub(super) struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

pub(super) static STYLE: Asset =
    asset("style.css", "text/css; charset=utf-8", include_str!("assets/style.css"));
pub(super) static SCRIPT: Asset =
    asset("desk.js", "text/javascript; charset=utf-8", include_str!("assets/desk.js"));
pub(super) static ICON: Asset = asset("icon.svg", "image/svg+xml", include_str!("assets/icon.svg"));

const fn asset(name: &'static str, kind: &'static str, text: &'static str) -> Asset {
    Asset { name, kind, text }
}

impl Asset {
    /// Its address, which changes when it does.
    pub(super) fn link(&self) -> String {
        format!("/assets/{}?v={:016x}", self.name, xxh3_64(self.text.as_bytes()))
    }
}

/// Answers with a file.
pub(super) async fn get(Path(name): Path<String>) -> Result<Response, Failure> {
    let asset = [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Failure::nothing(format!("file `{name}`")))?;
    let headers =
        [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=604800")];
    Ok((headers, asset.text).into_response())
}
