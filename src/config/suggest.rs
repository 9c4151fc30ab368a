//! “Did you mean”: the name nearest to one that does not exist.

/// A hint for a name that is none of `known`: the nearest of them, else all of them.
pub(super) fn among<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.collect();
    if let Some(near) = nearest(name, &known) {
        return format!("did you mean `{near}`?");
    }
    match known.as_slice() {
        [] => "there is none yet".to_owned(),
        [only] => format!("there is only `{only}`"),
        all if all.len() <= MOST_LISTED => {
            let list: Vec<_> = all.iter().map(|name| format!("`{name}`")).collect();
            format!("there are {}", list.join(", "))
        }
        all => format!("none of the {} that there are is like it", all.len()),
    }
}

/// The name most like one that does not exist: at most a third of the letters may differ, and at
/// least one.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let most = (lower.chars().count() / 3).max(1);
    known
        .iter()
        .map(|other| (strsim::osa_distance(&lower, &other.to_lowercase()), *other))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// Names that still read as a list.
const MOST_LISTED: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_named_else_all() {
        let known = ["name", "url", "interval"];
        let hint = |name| among(name, known.iter().copied());
        assert_eq!(hint("nmae"), "did you mean `name`?");
        assert_eq!(hint("Intervall"), "did you mean `interval`?");
        assert_eq!(hint("colour"), "there are `name`, `url`, `interval`");
        assert_eq!(among("x", std::iter::empty()), "there is none yet");
        assert_eq!(among("abcdef", ["desk"].into_iter()), "there is only `desk`");
    }
}
