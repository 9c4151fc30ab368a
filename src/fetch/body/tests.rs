//! Compression that is honest, that lies, that is cut, and that bombs.

use std::{io::Write, sync::LazyLock};

use proptest::prelude::*;

use super::*;

const LIMIT: usize = 15 << 20;

fn feed() -> Vec<u8> {
    let items = (0..400).map(|n| format!("<item><title>Harbour notice {n}</title></item>"));
    format!("<rss><channel>{}</channel></rss>", items.collect::<String>()).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(mut bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let fast = ::brotli::enc::BrotliEncoderParams { quality: 4, ..Default::default() };
    ::brotli::BrotliCompress(&mut bytes, &mut packed, &fast).unwrap();
    packed
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 3).unwrap()
}

fn all_packed() -> Vec<(Coding, Vec<u8>)> {
    let feed = feed();
    vec![
        (Coding::Gzip, gzip(&feed)),
        (Coding::Zstd, zstd(&feed)),
        (Coding::Brotli, brotli(&feed)),
        (Coding::Deflate, zlib(&feed)),
        (Coding::Deflate, deflate(&feed)),
    ]
}

/// One of [`all_packed`], packed once, since properties ask for it often.
fn one_packed(which: usize) -> (Coding, Vec<u8>) {
    static PACKED: LazyLock<Vec<(Coding, Vec<u8>)>> = LazyLock::new(all_packed);
    PACKED[which].clone()
}

fn whole(bytes: Vec<u8>) -> Body {
    Body { bytes, cut: false }
}

fn decoded(bytes: Vec<u8>, stated: &[Coding]) -> Body {
    decode(whole(bytes), stated.to_vec(), LIMIT).unwrap()
}

#[test]
fn each_coding_is_undone() {
    for (coding, packed) in all_packed() {
        assert!(is_coded(&packed, &[coding]));
        assert_eq!(decoded(packed, &[coding]), whole(feed()), "{coding:?}");
    }
}

#[test]
fn coats_are_taken_off_from_the_outside() {
    let packed = brotli(&gzip(&feed()));
    assert_eq!(decoded(packed, &[Coding::Gzip, Coding::Brotli]), whole(feed()));
    assert_eq!(decoded(gzip(&gzip(&feed())), &[Coding::Gzip]), whole(feed()), "twice, stated once");
    assert_eq!(decoded(gzip(&feed()), &[]), whole(feed()), "not stated");
    assert_eq!(decoded(zstd(&feed()), &[Coding::Brotli]), whole(feed()), "stated wrongly");
}

#[test]
fn a_plain_body_under_any_stated_coding_stays_plain() {
    let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><a>Zeitung f\xfcr M\xfcnchen</a>";
    let bodies: [&[u8]; 4] = [&feed(), b"\xef\xbb\xbf <rss/>", b"{\"items\": []}", latin];
    for body in bodies {
        for coding in [Coding::Gzip, Coding::Zstd, Coding::Brotli, Coding::Deflate] {
            assert_eq!(decoded(body.to_vec(), &[coding]), whole(body.to_vec()), "{coding:?}");
        }
    }
}

#[test]
fn several_members_are_one_body_and_what_follows_is_ignored() {
    let mut packed = gzip(&feed()[..1000]);
    packed.extend(gzip(&feed()[1000..]));
    packed.extend(b"\0\0\0padding");
    assert_eq!(decoded(packed, &[Coding::Gzip]), whole(feed()));
}

#[test]
fn what_came_of_a_cut_body_is_kept() {
    // Noise, so that the packed form has several blocks and half of it yields something.
    let mut noise = 1_u64;
    let text: Vec<u8> = std::iter::repeat_with(|| {
        noise =
            noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        b'a' + u8::try_from((noise >> 33) % 26).unwrap()
    })
    .take(600_000)
    .collect();
    for (coding, packed) in [
        (Coding::Gzip, gzip(&text)),
        (Coding::Zstd, zstd(&text)),
        (Coding::Brotli, brotli(&text)),
        (Coding::Deflate, zlib(&text)),
        (Coding::Deflate, deflate(&text)),
    ] {
        let half = packed[..packed.len() / 2].to_vec();
        let body = decoded(half, &[coding]);
        assert!(body.cut, "{coding:?}");
        assert!(text.starts_with(&body.bytes), "{coding:?}");
        assert!(body.bytes.len() > 100_000, "{coding:?}: {}", body.bytes.len());
    }
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let zeros = vec![0; 10 << 20];
    for (coding, packed) in [
        (Coding::Gzip, gzip(&zeros)),
        (Coding::Zstd, zstd(&zeros)),
        (Coding::Brotli, brotli(&zeros)),
        (Coding::Deflate, zlib(&zeros)),
    ] {
        let problem = decode(whole(packed), vec![coding], LIMIT).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::TooLarge, "{coding:?}");
    }
}

#[test]
fn more_than_the_limit_is_refused_however_little_it_was_packed() {
    let problem = decode(whole(gzip(&feed())), vec![Coding::Gzip], 4000).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::TooLarge);
    assert_eq!(problem.detail, "the body is larger than 4000 bytes");
}

#[test]
fn a_small_text_may_gain_much() {
    let spaces = vec![b' '; 900_000];
    assert_eq!(decoded(gzip(&spaces), &[Coding::Gzip]), whole(spaces));
}

#[test]
fn windows_wider_than_http_allows_are_not_opened() {
    assert_eq!(coding(&[0x11, 0x1e, 0, 0], Some(Coding::Brotli)), None);
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&feed()).unwrap();
    let packed = encoder.finish().unwrap();
    assert_eq!(decoded(packed.clone(), &[Coding::Zstd]).bytes, packed);
}

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..600), which in 0_usize..5) {
        let stated = one_packed(which).0;
        prop_assert!(decode(whole(bytes.clone()), vec![stated], LIMIT).is_ok());
        for magic in [GZIP_MAGIC, ZSTD_MAGIC] {
            let marked = [magic, bytes.as_slice()].concat();
            prop_assert!(decode(whole(marked), vec![stated], LIMIT).is_ok());
        }
    }

    #[test]
    fn no_damage_to_a_packed_body_does_harm(which in 0_usize..5, at: prop::sample::Index, byte: u8) {
        let (coding, mut packed) = one_packed(which);
        let at = at.index(packed.len());
        packed[at] = byte;
        if let Err(problem) = decode(whole(packed), vec![coding], LIMIT) {
            prop_assert_eq!(problem.kind, ProblemKind::TooLarge);
        }
    }
}
