//! Small conversions between domain values and columns.

use jiff::Timestamp;

use crate::store::StoreError;

/// Milliseconds since 1970.
pub(super) fn to_ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// From milliseconds since 1970; what is out of range becomes the nearest end.
pub(super) fn from_ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// A list of words as a JSON array.
pub(super) fn to_json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// A list of words from a JSON array.
pub(super) fn from_json(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::Content(format!("a list of words: {error}")))
}
