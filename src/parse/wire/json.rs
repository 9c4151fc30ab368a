//! JSON of which a part may be missing or broken: what is whole is kept.

use serde_json::{Map, Value};

/// Values nested deeper than this are left out (`serde_json` has the same bound).
const MAX_DEPTH: usize = 120;

/// So many places of a broken document are tried.
const MAX_OBJECTS: usize = 20_000;

/// Bytes of the name of a member.
const MAX_NAME: usize = 60;

/// Bytes of white space in front of a member.
const MAX_INDENT: usize = 400;

/// A document that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) value: Value,
    /// Something of it could not be read.
    pub(super) is_broken: bool,
    /// It ends before it should.
    pub(super) truncated: bool,
}

/// Reads a document; never fails.
pub(super) fn read(text: &str) -> Read {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(value)) = values.next() {
        return Read { value, is_broken: false, truncated: false };
    }
    let mut lenient = Lenient { text, at: 0, truncated: false, is_unclosed: false };
    let value = lenient.value(0).unwrap_or(Value::Null);
    Read { value, is_broken: true, truncated: lenient.truncated }
}

/// The objects of a broken document that are whole and wanted, wherever they stand; what is inside
/// of one is part of it.
pub(super) fn whole(text: &str, is_wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let (mut found, mut at) = (Vec::new(), 0);
    for _ in 0..MAX_OBJECTS {
        let Some(next) = text[at..].find('{') else { break };
        at += next;
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                // What is not wanted itself may hold what is.
                let is_wanted = is_wanted(&value);
                at += if is_wanted { values.byte_offset() } else { 1 };
                found.extend(Some(value).filter(|_| is_wanted));
            }
            _ => at += 1,
        }
    }
    found
}

struct Lenient<'a> {
    text: &'a str,
    at: usize,
    truncated: bool,
    /// A string did not end; looking for the end of each further one would be quadratic.
    is_unclosed: bool,
}

impl Lenient<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// The next value; nothing where there is none before the next separator.
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        match self.peek() {
            None => {
                self.truncated = true;
                None
            }
            Some(b'{' | b'[') if depth > MAX_DEPTH => {
                self.at += 1;
                None
            }
            Some(b'{') => Some(self.object(depth)),
            Some(b'[') => Some(self.list(depth)),
            Some(b'"') => Some(Value::String(self.string())),
            Some(b',' | b']' | b'}' | b':') => None,
            Some(_) => self.word(),
        }
    }

    /// A number, `true`, `false`, `null`, or what somebody wrote for them.
    fn word(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', '{', '[', '"', ':', '\n']).unwrap_or(rest.len());
        let word = rest[..end].trim();
        self.at += end.max(rest.chars().next().map_or(0, char::len_utf8).min(rest.len()));
        serde_json::from_str(word).ok()
    }

    fn list(&mut self, depth: usize) -> Value {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None => {
                    self.truncated = true;
                    break;
                }
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                // The end of what holds the list.
                Some(b'}') => break,
                Some(b',' | b':') => self.at += 1,
                Some(_) => {
                    let value = self.value(depth + 1);
                    list.extend(value);
                }
            }
        }
        Value::Array(list)
    }

    fn object(&mut self, depth: usize) -> Value {
        self.at += 1;
        let mut object = Map::new();
        loop {
            self.skip_space();
            match self.peek() {
                None => {
                    self.truncated = true;
                    break;
                }
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                // The end of what holds the object.
                Some(b']') => break,
                Some(b'"') => {
                    let name = self.string();
                    self.skip_space();
                    if self.peek() == Some(b':') {
                        self.at += 1;
                        if let Some(value) = self.value(depth + 1) {
                            object.entry(name).or_insert(value);
                        }
                    }
                }
                Some(b'{') if depth < MAX_DEPTH => {
                    // A member without a name.
                    self.object(depth + 1);
                }
                Some(_) => self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        Value::Object(object)
    }

    /// A string with what its escapes mean. One that does not end stops where a line or a member
    /// begins that is no part of it; quotation marks that nobody escaped belong to it.
    fn string(&mut self) -> String {
        self.at += 1;
        let bytes = self.text.as_bytes();
        let (mut end, mut line_end) = (self.at, None);
        let mut next = loop {
            match bytes.get(end) {
                None => {
                    self.is_unclosed = true;
                    self.truncated |= line_end.is_none();
                    end = line_end.unwrap_or(bytes.len());
                    break end;
                }
                Some(b'"') if self.is_followed_by_more(end + 1) => break end + 1,
                Some(b'"') => {
                    let before = self.text.get(self.at..end).unwrap_or_default().trim_end();
                    if before.ends_with(',') {
                        // The mark opens the next member: the one that closes this is missing.
                        end = self.at + before.len() - 1;
                        break end;
                    }
                }
                Some(b'\\') => end += 1,
                Some(b'\n') if self.is_unclosed || self.begins_member(end) => break end,
                Some(b'\n') => line_end = line_end.or(Some(end)),
                Some(_) => {}
            }
            end += 1;
        };
        end = end.min(bytes.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        next = next.min(bytes.len()).max(end);
        while !self.text.is_char_boundary(next) {
            next += 1;
        }
        let written = self.text.get(self.at..end).unwrap_or_default();
        self.at = next;
        let quoted = format!("\"{}\"", written.replace(['\n', '\r', '\t'], " "));
        serde_json::from_str(&quoted).unwrap_or_else(|_| written.replace('\\', ""))
    }

    /// Whether what comes next is what comes behind a string.
    fn is_followed_by_more(&self, at: usize) -> bool {
        let next = self.text.as_bytes()[at..].iter().find(|byte| !byte.is_ascii_whitespace());
        next.is_none_or(|next| b":,]}".contains(next))
    }

    /// Whether a member or the end of an object begins behind a line end.
    fn begins_member(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let rest = bytes[at..].iter().take(MAX_INDENT).position(|byte| !byte.is_ascii_whitespace());
        let Some(rest) = rest.map(|from| &bytes[at + from..]) else { return false };
        match rest {
            [b'}' | b']', ..] => true,
            [b'"', name @ ..] => {
                let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
                let end = name.iter().take(MAX_NAME).position(|byte| !is_name(byte)).unwrap_or(0);
                let rest = &name[end..];
                end > 0 && (rest.starts_with(b"\":") || rest.starts_with(b"\" :"))
            }
            _ => false,
        }
    }
}

/// A member of an object however its name is written: `body_html`, `bodyHtml`, `body-html`.
pub(super) fn get<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    let found = object.get(name).or_else(|| {
        let wanted = plain(name);
        object.iter().find(|(known, _)| plain(known) == wanted).map(|(_, value)| value)
    });
    found.filter(|value| !value.is_null())
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// A member as text; nothing where it says nothing.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    scalar(get(value, name)?)
}

/// The first of several members that says something.
pub(super) fn first(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(value, name))
}

/// A string or number as text; nothing where it says nothing.
pub(super) fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// A member as a list: one thing is a list of one.
pub(super) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    match get(value, name) {
        Some(Value::Array(list)) => list,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_whole_is_kept() {
        let value = |text: &str| read(text).value;
        assert_eq!(value(r#"{"a":[{"b":1},{"b":"#), json!({"a": [{"b": 1}, {}]}));
        assert_eq!(
            value(r#"[{"a":1,,"b":nil,"c":"x"},{"d":2}"#),
            json!([{"a": 1, "c": "x"}, {"d": 2}])
        );
        assert_eq!(value(r#"{"a":"x\u00e9\"y"#), json!({"a": "xé\"y"}));
        assert_eq!(value("{\"a\":\"x,\n\"b\":2}"), json!({"a": "x,", "b": 2}));
        assert_eq!(value(r#"{"a":"x,"b":"y","c":2}"#), json!({"a": "x", "b": "y", "c": 2}));
        assert_eq!(
            value(r#"{"a":"he said "no" to","b":2}"#),
            json!({"a": "he said \"no\" to", "b": 2})
        );
        assert_eq!(value("nothing"), Value::Null);
        assert!(read("[1,").truncated);
        let wanted = |value: &Value| value.get("id").is_some();
        assert_eq!(
            whole(r#"[{"id":1,{"id":2},}}]{"a":{"id":3}}"#, wanted),
            [json!({"id": 2}), json!({"id": 3})]
        );
        let deep = "[".repeat(100_000);
        assert!(read(&deep).truncated);
    }

    #[test]
    fn members_are_found_however_they_are_written() {
        let value = json!({"bodyHTML": "x", "ed-note": 3, "none": null, "empty": " "});
        assert_eq!(text(&value, "body_html").as_deref(), Some("x"));
        assert_eq!(text(&value, "ednote").as_deref(), Some("3"));
        assert_eq!((text(&value, "none"), text(&value, "empty")), (None, None));
    }
}
