//! A reader of messages that forgives nothing: RFC 5322, 2045, 2046, 2047, 2369, 2919 and 3676.

use std::collections::BTreeMap;

/// Fields that may stand once (RFC 5322 section 3.6, RFC 2045 section 3, RFC 2369, RFC 2919).
const ONCE: [&str; 14] = [
    "date",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
];

/// Fields without which a message of ours is none.
const NEEDED: [&str; 6] = ["date", "from", "to", "message-id", "subject", "mime-version"];

/// A message that keeps every rule.
#[derive(Debug)]
pub(crate) struct Letter {
    /// Each field with its value, unfolded and decoded, in order; names in small letters.
    pub(crate) fields: Vec<(String, String)>,
    /// The plain text, its soft lines put together again.
    pub(crate) text: String,
    /// The HTML.
    pub(crate) html: String,
}

impl Letter {
    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a message of plain text and HTML; the error is the first rule that it breaks.
pub(crate) fn read(bytes: &[u8]) -> Result<Letter, String> {
    let message = lines_are_sound(bytes)?;
    let (head, body) = message.split_once("\r\n\r\n").ok_or("nothing stands behind the header")?;
    let fields = fields(head)?;
    for name in NEEDED {
        (fields.iter().any(|field| field.name == name))
            .then_some(())
            .ok_or(format!("no {name}"))?;
    }
    for field in &fields {
        check(field).map_err(|fault| format!("{}: {fault}: {:?}", field.name, field.raw))?;
    }
    let (text, html) = bodies(&fields, body)?;
    no_direction_is_left_open(&text)?;
    no_direction_is_left_open(&html)?;
    let decoded = |field: &Field| (field.name.clone(), decode(&field.value));
    let fields: Vec<_> = fields.iter().map(decoded).collect();
    for (name, value) in &fields {
        plain(value).map_err(|fault| format!("{name}: {fault}"))?;
        no_direction_is_left_open(value)?;
    }
    Ok(Letter { fields, text, html })
}

/// Seven bits, CRLF and nothing else at the end of lines, no line over 998 (RFC 5322 section 2.1.1).
fn lines_are_sound(bytes: &[u8]) -> Result<&str, String> {
    let message = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let odd =
        message.chars().find(|c| !c.is_ascii() || (c.is_ascii_control() && !"\r\n\t".contains(*c)));
    odd.map_or(Ok(()), |c| Err(format!("{c:?} stands in the message")))?;
    let lines = message.strip_suffix("\r\n").ok_or("the last line has no end")?.split("\r\n");
    for line in lines {
        if line.contains(['\r', '\n']) {
            return Err(format!("half a line end in {line:?}"));
        }
        if line.len() > 998 {
            return Err(format!("a line of {} bytes", line.len()));
        }
    }
    Ok(message)
}

struct Field {
    name: String,
    /// As it stands, folded.
    raw: String,
    /// Unfolded.
    value: String,
}

fn fields(head: &str) -> Result<Vec<Field>, String> {
    let mut fields: Vec<Field> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if line.trim().is_empty() {
                return Err("a folded line of nothing but space".to_owned());
            }
            let last = fields.last_mut().ok_or("the header begins with a folded line")?;
            last.raw += "\r\n";
            last.raw += line;
            last.value += line;
            continue;
        }
        let (name, value) = line.split_once(':').ok_or(format!("no field: {line:?}"))?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("no name of a field: {name:?}"));
        }
        let (name, value) = (name.to_ascii_lowercase(), value.to_owned());
        if ONCE.contains(&name.as_str()) && fields.iter().any(|field| field.name == name) {
            return Err(format!("{name} stands twice"));
        }
        fields.push(Field { name, raw: line.to_owned(), value });
    }
    for field in &mut fields {
        let value = field.value.strip_prefix(' ').ok_or(format!("no space: {:?}", field.raw))?;
        field.value = value.to_owned();
    }
    Ok(fields)
}

fn check(field: &Field) -> Result<(), String> {
    encoded_words(&field.raw)?;
    let value = field.value.as_str();
    match field.name.as_str() {
        "date" => date(value),
        "message-id" | "in-reply-to" | "references" => message_ids(&field.name, value),
        "from" | "to" | "reply-to" | "sender" => mailbox(value),
        "list-id" => {
            let (title, id) = value.rsplit_once('<').ok_or("no id")?;
            phrase(title)?;
            dot_atom(id.strip_suffix('>').ok_or("no end of the id")?)
        }
        "list-unsubscribe" => {
            let link = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
            let link = link.ok_or("no link between angle brackets")?;
            let plain =
                link.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte));
            (link.starts_with("mailto:") && plain).then_some(()).ok_or("no link of mail".to_owned())
        }
        "mime-version" => (value == "1.0").then_some(()).ok_or("not 1.0".to_owned()),
        "auto-submitted" => (value == "auto-generated").then_some(()).ok_or("not so".to_owned()),
        _ => Ok(()),
    }
}

/// `Mon, 12 May 2025 06:30:00 +0000`, with the day of the week that it was (section 3.3).
fn date(value: &str) -> Result<(), String> {
    let date = jiff::fmt::rfc2822::parse(value).map_err(|error| error.to_string())?;
    let written = date.strftime("%a, %d %b %Y %H:%M:%S %z").to_string();
    (written == value).then_some(()).ok_or(format!("should be {written:?}"))
}

fn message_ids(name: &str, value: &str) -> Result<(), String> {
    let ids: Vec<_> = value.split_ascii_whitespace().collect();
    if ids.is_empty() || (name != "references" && ids.len() > 1) {
        return Err(format!("{} ids", ids.len()));
    }
    for id in ids {
        let inside = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
        let (left, right) = inside.and_then(|id| id.split_once('@')).ok_or("no id")?;
        dot_atom(left)?;
        dot_atom(right)?;
    }
    Ok(())
}

/// Characters of an atom (section 3.2.3).
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn dot_atom(text: &str) -> Result<(), String> {
    let is_sound = text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
    is_sound.then_some(()).ok_or(format!("no dot-atom: {text:?}"))
}

/// One address, bare or behind a phrase and between angle brackets (section 3.4).
fn mailbox(value: &str) -> Result<(), String> {
    let address = match value.rsplit_once('<') {
        None => value,
        Some((name, rest)) => {
            phrase(name)?;
            rest.strip_suffix('>').ok_or("no end of the address")?
        }
    };
    let (local, domain) = address.rsplit_once('@').ok_or("no address")?;
    dot_atom(local)?;
    dot_atom(domain)
}

/// Atoms, quoted strings and encoded words; a dot is not one of them (section 3.2.5). May be empty.
fn phrase(text: &str) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => {
                let mut escaped = false;
                let end = quoted.bytes().position(|byte| {
                    let ends = byte == b'"' && !escaped;
                    escaped = byte == b'\\' && !escaped;
                    ends
                });
                end.ok_or(format!("an open quotation in {text:?}"))? + 2
            }
            None => rest.bytes().take_while(|byte| is_atom(*byte)).count(),
        };
        if end == 0 {
            return Err(format!("no phrase: {text:?}"));
        }
        rest = rest[end..].trim_start();
    }
    Ok(())
}

/// Every `=?` begins an encoded word that is whole, short and by itself (RFC 2047 sections 2 and 5).
fn encoded_words(raw: &str) -> Result<(), String> {
    for line in raw.split("\r\n") {
        let mut any = false;
        for word in line.split([' ', '\t']).filter(|word| word.contains("=?")) {
            any = true;
            if word.len() > 75 {
                return Err(format!("an encoded word of {} bytes", word.len()));
            }
            let decoded = decode_word(word).ok_or(format!("no encoded word: {word:?}"))?;
            plain(&decoded)?;
        }
        if any && line.len() > 76 {
            return Err(format!("a line of {} bytes with an encoded word", line.len()));
        }
    }
    Ok(())
}

/// The characters of one encoded word; each word has whole characters (RFC 2047 section 5).
fn decode_word(word: &str) -> Option<String> {
    let inside = word.strip_prefix("=?")?.strip_suffix("?=")?;
    let mut parts = inside.split('?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !charset.eq_ignore_ascii_case("utf-8") || text.is_empty() {
        return None;
    }
    let bytes = match encoding {
        "b" | "B" => unbase64(text)?,
        "q" | "Q" => unquoted(&text.replace('_', "=20")).ok()?,
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for digit in digits.bytes() {
        let digit = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(digit).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    (text.len().is_multiple_of(4) && text.len() - digits.len() < 3).then_some(bytes)
}

/// A value with its encoded words decoded; the space between two of them is none (section 6.2).
fn decode(value: &str) -> String {
    let mut decoded = String::new();
    let mut after_word = false;
    for (at, word) in value.trim().split([' ', '\t']).enumerate() {
        let found = if word.starts_with("=?") { decode_word(word) } else { None };
        // More than one space stands where lines were folded.
        if at > 0 && !(after_word && (found.is_some() || word.is_empty())) {
            decoded.push(' ');
        }
        after_word = found.is_some() || (after_word && word.is_empty());
        decoded += found.as_deref().unwrap_or(word);
    }
    decoded
}

/// No control but the ends of lines and tabs.
fn plain(text: &str) -> Result<(), String> {
    let odd = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    odd.map_or(Ok(()), |c| Err(format!("{c:?} in {text:?}")))
}

/// Embeddings, overrides and isolates end in the line in which they begin (UAX 9).
fn no_direction_is_left_open(text: &str) -> Result<(), String> {
    for line in text.lines() {
        let mut open = Vec::new();
        for c in line.chars() {
            match c {
                '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push('\u{202c}'),
                '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
                '\u{202c}' | '\u{2069}' if open.pop() != Some(c) => open.push(c),
                _ => (),
            }
        }
        if !open.is_empty() {
            return Err(format!("a direction is left open in {line:?}"));
        }
    }
    Ok(())
}

/// The two bodies of a `multipart/alternative`, the plain one first (RFC 2046 section 5.1.4).
fn bodies(fields: &[Field], body: &str) -> Result<(String, String), String> {
    let (kind, parameters) = kind(fields)?;
    let boundary = parameters.get("boundary").filter(|_| kind == "multipart/alternative");
    let boundary = boundary.ok_or("not two bodies")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    if boundary.is_empty()
        || boundary.len() > 70
        || boundary.ends_with(' ')
        || !boundary.chars().all(fits)
    {
        return Err(format!("no boundary: {boundary:?}"));
    }
    let body = format!("\r\n{body}");
    let delimiter = format!("\r\n--{boundary}");
    let mut parts = body.split(&delimiter);
    let _preamble = parts.next();
    let parts: Vec<_> = parts.collect();
    let [text, html, end] = parts.as_slice() else { return Err(format!("{} parts", parts.len())) };
    if !end.starts_with("--\r\n") || !end[2..].trim().is_empty() {
        return Err("the last part has no end".to_owned());
    }
    let (text, flowed) = part(text, "text/plain")?;
    let (html, _) = part(html, "text/html")?;
    Ok((if flowed { unflowed(&text)? } else { text }, html))
}

/// The type, and its parameters.
fn kind(fields: &[Field]) -> Result<(String, BTreeMap<String, String>), String> {
    let field =
        fields.iter().find(|field| field.name == "content-type").ok_or("no content-type")?;
    let mut pieces = field.value.split(';');
    let kind = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut parameters = BTreeMap::new();
    for piece in pieces {
        let (name, value) = piece.split_once('=').ok_or(format!("no parameter: {piece:?}"))?;
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let is_token =
            value.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b));
        let value = quoted.or(is_token.then_some(value)).ok_or(format!("no value: {value:?}"))?;
        parameters.insert(name.trim().to_ascii_lowercase(), value.to_owned());
    }
    Ok((kind, parameters))
}

/// The text of a part, and whether it flows.
fn part(part: &str, wanted: &str) -> Result<(String, bool), String> {
    let part = part.strip_prefix("\r\n").ok_or("text behind a boundary")?;
    let (head, body) = part.split_once("\r\n\r\n").ok_or("a part without a header")?;
    let fields = fields(head)?;
    let (kind, parameters) = kind(&fields)?;
    if kind != wanted {
        return Err(format!("{kind} instead of {wanted}"));
    }
    if parameters.get("charset").is_none_or(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        return Err(format!("{parameters:?} without utf-8"));
    }
    let encoding = fields.iter().find(|field| field.name == "content-transfer-encoding");
    if encoding.is_none_or(|field| field.value != "quoted-printable") {
        return Err("not quoted-printable".to_owned());
    }
    let bytes = unquoted(body)?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?.replace("\r\n", "\n");
    plain(&text)?;
    Ok((text, parameters.get("format").is_some_and(|format| format == "flowed")))
}

/// Quoted-printable by the letter of RFC 2045 section 6.7.
fn unquoted(body: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut lines = body.split("\r\n").peekable();
    while let Some(line) = lines.next() {
        if line.len() > 76 {
            return Err(format!("an encoded line of {} bytes", line.len()));
        }
        if line.ends_with([' ', '\t']) {
            return Err(format!("space at the end of {line:?}"));
        }
        let (line, soft) = line.strip_suffix('=').map_or((line, false), |line| (line, true));
        let mut pieces = line.split('=');
        bytes.extend(pieces.next().unwrap_or_default().bytes());
        for piece in pieces {
            let pair = piece.get(..2).filter(|pair| *pair == pair.to_ascii_uppercase());
            let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
            bytes.push(byte.ok_or(format!("no encoded byte: ={piece:?}"))?);
            bytes.extend(piece[2..].bytes());
        }
        match (soft, lines.peek()) {
            (true, None) => return Err("a soft end of line with nothing behind it".to_owned()),
            (false, Some(_)) => bytes.extend(b"\r\n"),
            _ => (),
        }
    }
    Ok(bytes)
}

/// Flowed text with its soft lines put together (RFC 3676 section 4), no line over 78 that could be
/// broken.
fn unflowed(flowed: &str) -> Result<String, String> {
    let mut text = String::new();
    for line in flowed.lines() {
        let inside = line.strip_prefix(' ').unwrap_or(line);
        if line.chars().count() > 78 && inside.trim().contains(' ') {
            return Err(format!("a flowed line of {} characters: {line:?}", line.chars().count()));
        }
        if line.starts_with('>') {
            return Err(format!("a quotation: {line:?}"));
        }
        text += inside;
        if inside == "-- " || !inside.ends_with(' ') {
            text.push('\n');
        }
    }
    Ok(text)
}
