//! Reads a body, and undoes its compression, within limits.

use std::io::{self, Read};

use reqwest::{
    Response,
    header::{CONTENT_ENCODING, HeaderMap},
};

use super::error;
use crate::model::{Problem, ProblemKind};

/// What compression may gain once [`FREE_OUTPUT`] has come out; text gains 3 to 20 times.
const MOST_GAIN: usize = 100;

/// How much may come out before the gain counts.
const FREE_OUTPUT: usize = 1 << 20;

/// Coats of compression that are taken off; two happen when a server compresses twice.
const MOST_COATS: usize = 3;

/// The widest zstd window, as a power of two: 8 MB, the most that HTTP may use (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b, 0x08];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// A body, and whether it ended where it should.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Body {
    /// What came.
    pub(super) bytes: Vec<u8>,
    /// Something is missing at the end.
    pub(super) cut: bool,
}

/// Reads the body as it comes over the wire, at most `limit` bytes.
///
/// A connection that breaks after something came is no failure: what came is worth reading. One
/// that falls silent is.
pub(super) async fn read(response: &mut Response, limit: usize) -> Result<Body, Problem> {
    let stated = response.content_length().unwrap_or(0);
    if stated > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > limit => return Err(too_large(limit)),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(Body { bytes, cut: false }),
            Err(e) if e.is_timeout() || bytes.is_empty() => return Err(error::transport(&e)),
            Err(_) => return Ok(Body { bytes, cut: true }),
        }
    }
}

/// How a body was compressed, by the server's word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Coding {
    Gzip,
    Zstd,
    Brotli,
    Deflate,
}

/// The codings of `Content-Encoding`, in the order in which they were applied.
pub(super) fn codings(headers: &HeaderMap) -> Vec<Coding> {
    let fields = headers.get_all(CONTENT_ENCODING).iter().filter_map(|field| field.to_str().ok());
    fields
        .flat_map(|field| field.split(','))
        .filter_map(|name| match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Coding::Gzip),
            "zstd" => Some(Coding::Zstd),
            "br" => Some(Coding::Brotli),
            "deflate" => Some(Coding::Deflate),
            _ => None,
        })
        .collect()
}

/// Whether [`decode`] has something to do.
pub(super) fn is_coded(bytes: &[u8], stated: &[Coding]) -> bool {
    coding(bytes, stated.last().copied()).is_some()
}

/// Takes off the compression, at most to `limit` bytes.
///
/// What the bytes look like is believed over what the server stated: plain text under a stated
/// coding stays as it is, and gzip is seen without being stated. What cannot be decoded to its end
/// counts as cut, and what came out of it is kept.
pub(super) fn decode(body: Body, mut stated: Vec<Coding>, limit: usize) -> Result<Body, Problem> {
    let mut body = body;
    for _ in 0..MOST_COATS {
        let Some(coding) = coding(&body.bytes, stated.pop()) else { break };
        let inner = take_off(coding, &body.bytes, limit)?;
        if inner.cut && (inner.bytes.is_empty() || looks_plain(&body.bytes)) {
            break;
        }
        body = Body { bytes: inner.bytes, cut: body.cut || inner.cut };
    }
    Ok(body)
}

/// How `bytes` are compressed: gzip and zstd begin with a mark, the others are believed.
fn coding(bytes: &[u8], stated: Option<Coding>) -> Option<Coding> {
    if bytes.starts_with(GZIP_MAGIC) {
        return Some(Coding::Gzip);
    }
    if bytes.starts_with(ZSTD_MAGIC) {
        return Some(Coding::Zstd);
    }
    // This first byte asks for a window of up to 1 GB, which RFC 7932 does not know.
    let large_window = bytes.first().is_some_and(|first| first & 0x7f == 0x11);
    match stated {
        Some(Coding::Brotli) if !large_window => stated,
        Some(Coding::Deflate) => stated,
        _ => None,
    }
}

fn take_off(coding: Coding, bytes: &[u8], limit: usize) -> Result<Body, Problem> {
    let mut out = Output { bytes: Vec::new(), packed: bytes.len(), limit };
    let cut = match coding {
        Coding::Gzip => out.fill_from_members(bytes)?,
        Coding::Brotli => out.fill(brotli::Decompressor::new(bytes, 4096))?,
        Coding::Deflate if has_zlib_header(bytes) => {
            out.fill(flate2::bufread::ZlibDecoder::new(bytes))?
        }
        Coding::Deflate => out.fill(flate2::bufread::DeflateDecoder::new(bytes))?,
        Coding::Zstd => match zstd_decoder(bytes) {
            Ok(decoder) => out.fill(decoder)?,
            Err(_) => true,
        },
    };
    Ok(Body { bytes: out.bytes, cut })
}

fn zstd_decoder(bytes: &[u8]) -> io::Result<impl Read> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

/// What comes out of a decoder, watched while it grows.
struct Output {
    bytes: Vec<u8>,
    packed: usize,
    limit: usize,
}

impl Output {
    /// Takes all that `decoder` gives; true if it broke off.
    fn fill(&mut self, mut decoder: impl Read) -> Result<bool, Problem> {
        let mut chunk = vec![0; 32 << 10];
        loop {
            match decoder.read(&mut chunk) {
                Ok(0) => return Ok(false),
                Ok(n) => self.bytes.extend_from_slice(&chunk[..n]),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Ok(true),
            }
            if self.bytes.len() > self.limit {
                return Err(too_large(self.limit));
            }
            if self.bytes.len() > FREE_OUTPUT && self.bytes.len() / MOST_GAIN > self.packed {
                let detail = format!("the body grows more than {MOST_GAIN}-fold when decompressed");
                return Err(Problem::new(ProblemKind::TooLarge, detail));
            }
        }
    }

    /// Gzip may be several members in a row; what follows them is ignored, as by other clients.
    fn fill_from_members(&mut self, bytes: &[u8]) -> Result<bool, Problem> {
        let mut rest = bytes;
        while rest.starts_with(GZIP_MAGIC) {
            if self.fill(flate2::bufread::GzDecoder::new(&mut rest))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// RFC 1950: deflate, and a check over the first two bytes. Some servers leave the header out.
fn has_zlib_header(bytes: &[u8]) -> bool {
    let [first, second, ..] = bytes else { return false };
    first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0
}

/// Whether bytes begin like XML, HTML or a JSON Feed. A brotli stream with content never does
/// (while `[`, for instance, is how many begin).
fn looks_plain(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    matches!(text.first(), Some(b'<' | b'{'))
}

fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemKind::TooLarge, format!("the body is larger than {limit} bytes"))
}

#[cfg(test)]
mod tests;
