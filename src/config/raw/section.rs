//! Reads one table of TOML into one struct and finds every mistake in it, not only the first.

use std::{ops::Range, sync::Arc};

use serde::{Deserialize, Deserializer, de};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue, ValueDeserializer},
};

use crate::{
    config::{suggest, value::Fault},
    diagnostic::{Diagnostic, Report, Source},
};

/// What a table says, and where it stands.
#[derive(Clone, Debug)]
pub(in crate::config) struct Placed<T> {
    /// The file.
    pub(in crate::config) source: Arc<Source>,
    /// The header of the table.
    pub(in crate::config) span: Range<usize>,
    /// What it says.
    pub(in crate::config) value: T,
}

impl<T> Placed<T> {
    /// What a value of this table means; where it means nothing, that is reported at its place.
    pub(in crate::config) fn read<V, M>(
        &self,
        written: &Spanned<V>,
        report: &mut Report,
        meaning: impl FnOnce(&V) -> Result<M, Fault>,
    ) -> Option<M> {
        match meaning(written.get_ref()) {
            Ok(meant) => Some(meant),
            Err(fault) => {
                report.push(&self.source, fault.at(written.span()));
                None
            }
        }
    }
}

/// Reads one table. An unknown key and a value of the wrong type are reported and left out, so
/// that the rest is read all the same; `None` where what is left is not enough.
pub(super) fn read<'de, T: Deserialize<'de>>(
    mut table: Spanned<DeValue<'de>>,
    source: &Arc<Source>,
    report: &mut Report,
) -> Option<Placed<T>> {
    if let DeValue::Table(keys) = table.get_mut() {
        leave_out_unknown(keys, known_keys::<T>(), source, report);
    }
    let span = table.span();
    let mut left_out = false;
    loop {
        let error = match T::deserialize(ValueDeserializer::from(table.clone())) {
            Ok(value) => return Some(Placed { source: Arc::clone(source), span, value }),
            Err(error) => error,
        };
        let DeValue::Table(keys) = table.get_mut() else {
            report.push(source, Diagnostic::error(None, span, error.message()));
            return None;
        };
        let Some((key, place)) = culprit(keys, &error) else {
            // What is missing now was perhaps there, with a value of the wrong type.
            if !left_out {
                let message = error.message().replace("missing field", "missing key");
                report.push(source, Diagnostic::error(None, span, message));
            }
            return None;
        };
        report.push(source, wrong_value(&key, place, error.message()));
        keys.remove(key.as_str());
        left_out = true;
    }
}

/// Reports keys that the struct does not have, and takes them out. A misspelt key counts as the
/// one that was meant, so that its absence is not another mistake.
fn leave_out_unknown(
    table: &mut DeTable<'_>,
    known: &[&'static str],
    source: &Arc<Source>,
    report: &mut Report,
) {
    let is_unknown = |key: &&Spanned<DeString<'_>>| !known.contains(&key.get_ref().as_ref());
    let unknown: Vec<_> = table.keys().filter(is_unknown).cloned().collect();
    for key in unknown {
        report.push(source, unknown_key(key.get_ref(), key.span(), known));
        let Some(value) = table.remove(key.get_ref().as_ref()) else { continue };
        if let Some(meant) = suggest::nearest(key.get_ref(), known)
            && !table.contains_key(meant)
        {
            table.insert(Spanned::new(key.span(), meant.into()), value);
        }
    }
}

/// The tables of feeds, of which those of a spool have its folder as their address.
pub(super) fn with_addresses(mut feeds: Spanned<DeValue<'_>>) -> Spanned<DeValue<'_>> {
    if let DeValue::Array(tables) = feeds.get_mut() {
        for table in tables.iter_mut() {
            let DeValue::Table(table) = table.get_mut() else { continue };
            let found = table.iter().find(|(key, _)| key.get_ref().as_ref() == "spool");
            let Some((key, folder)) = found else { continue };
            let (span, folder) = (key.span(), folder.clone());
            if !table.contains_key("url") {
                table.insert(Spanned::new(span, "url".into()), folder);
            }
        }
    }
    feeds
}

/// The error for a key that does not exist.
pub(super) fn unknown_key(name: &str, span: Range<usize>, known: &[&str]) -> Diagnostic {
    Diagnostic::error(None, span, format!("unknown key `{name}`"))
        .with_help(suggest::among(name, known.iter().copied()))
}

fn wrong_value(key: &str, span: Range<usize>, message: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(None, span, format!("`{key}`: {message}"));
    if message.ends_with("expected a sequence") {
        diagnostic.with_help(format!("write a list: {key} = [\"…\"]"))
    } else if message.ends_with("expected a string") {
        diagnostic.with_help("put it in quotes")
    } else {
        diagnostic
    }
}

/// The key in whose value the error is, and the error's place.
fn culprit(table: &DeTable<'_>, error: &toml::de::Error) -> Option<(String, Range<usize>)> {
    let at = error.span()?;
    let (key, _) = table.iter().find(|(_, value)| {
        let span = value.span();
        span.start <= at.start && at.end <= span.end
    })?;
    Some((key.get_ref().to_string(), at))
}

/// The keys of a struct, asked of the struct itself, so that no second list can go stale.
pub(in crate::config) fn known_keys<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut keys: &'static [&'static str] = &[];
    // Always an error: the struct is only asked what it would read.
    let _asked = T::deserialize(KeyCollector(&mut keys)).is_err();
    keys
}

/// Notes the keys that a struct asks for, and gives none.
struct KeyCollector<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for KeyCollector<'_> {
    type Error = de::value::Error;

    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: de::Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("asked for its keys only"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
