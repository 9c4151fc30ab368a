//! Reads the small languages inside strings: durations, times to send, conditions, addresses.

use std::{
    ops::{Range, RangeInclusive},
    time::Duration,
};

use jiff::{Span, SpanRelativeTo, Timestamp, civil, tz::TimeZone};
use toml::Value;

use super::suggest;
use crate::{
    alert::{Related, Send, TellAgain, When},
    diagnostic::Diagnostic,
};

/// What is wrong with a value, and how to mend it; the caller knows the place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// The error at the place of the value.
    pub(super) fn at(self, span: Range<usize>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(None, span, self.message);
        diagnostic.help = self.help;
        diagnostic
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Seconds of a minute, an hour and a day.
pub(super) const MINUTE: u64 = 60;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// A duration of so many seconds, as in `15 min`, `24h` or `1 day 6 hours`; a day has 24 hours.
pub(super) fn duration(text: &str, seconds: RangeInclusive<u64>) -> Result<Duration, Fault> {
    let fault = || {
        Fault::new(format!("`{text}` is not a duration"))
            .with_help("write a number and a unit, as in \"15 min\", \"24h\" or \"2 days\"")
    };
    let span: Span = text.trim().parse().map_err(|_| fault())?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| fault())?;
    let duration = Duration::try_from(exact).map_err(|_| fault())?;
    let (least, most) =
        (Duration::from_secs(*seconds.start()), Duration::from_secs(*seconds.end()));
    if duration < least {
        return Err(Fault::new(format!("`{text}` is too short"))
            .with_help(format!("the least is {}", spoken(least))));
    }
    if duration > most {
        return Err(Fault::new(format!("`{text}` is too long"))
            .with_help(format!("the most is {}", spoken(most))));
    }
    Ok(duration)
}

/// A duration in the largest unit that it is a whole number of.
fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (unit, count) = match seconds {
        _ if seconds >= DAY && seconds.is_multiple_of(DAY) => ("day", seconds / DAY),
        _ if seconds >= HOUR && seconds.is_multiple_of(HOUR) => ("hour", seconds / HOUR),
        _ if seconds >= MINUTE && seconds.is_multiple_of(MINUTE) => ("minute", seconds / MINUTE),
        _ => ("second", seconds),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `at once`, `every 15 min`, `daily 07:30` or `mon,thu 07:30`.
pub(super) fn send(text: &str) -> Result<Send, Fault> {
    let words: Vec<_> = text.split_whitespace().collect();
    match words.as_slice() {
        ["at", "once"] => Ok(Send::AtOnce),
        ["every", rest @ ..] if !rest.is_empty() => {
            duration(&rest.join(" "), MINUTE..=DAY).map(Send::Every)
        }
        ["daily", time] => Ok(Send::At { days: (1..=7).collect(), time: time_of_day(time)? }),
        [days @ .., time] if !days.is_empty() => {
            Ok(Send::At { days: days_of_week(&days.concat())?, time: time_of_day(time)? })
        }
        _ => Err(Fault::new(format!("`{text}` is not a time to send")).with_help(
            "write \"at once\", \"every 15 min\", \"daily 07:30\" or \"mon,thu 07:30\"",
        )),
    }
}

pub(super) fn time_of_day(text: &str) -> Result<civil::Time, Fault> {
    let time = || {
        let (hour, minute) = text.split_once(':')?;
        if minute.len() != 2 || hour.is_empty() || hour.len() > 2 {
            return None;
        }
        civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    };
    time().ok_or_else(|| {
        Fault::new(format!("`{text}` is not a time of day"))
            .with_help("write hours and minutes, from 00:00 to 23:59, as in \"07:30\"")
    })
}

/// Days of the week in order, each once, Monday = 1 … Sunday = 7.
pub(super) fn days_of_week(text: &str) -> Result<Vec<i8>, Fault> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut days = Vec::new();
    for word in text.split(',') {
        let number = DAYS.iter().zip(1..).find(|(day, _)| day.eq_ignore_ascii_case(word));
        let Some((_, number)) = number else {
            return Err(Fault::new(format!("`{word}` is not a day of the week"))
                .with_help("write mon, tue, wed, thu, fri, sat or sun, or `daily` for all"));
        };
        days.push(number);
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

/// `origins >= 2`.
pub(super) fn when(text: &str) -> Result<When, Fault> {
    match origins(text) {
        Some(count) => Ok(When::Origins(count)),
        None => Err(Fault::new(format!("`{text}` is not a condition on a story"))
            .with_help("write `origins >= 2`, or leave the key out to tell at the first match")),
    }
}

/// `kill`, `correction`, `longer`, `headline` or `origins >= 3`.
pub(super) fn tell_again(text: &str) -> Result<TellAgain, Fault> {
    match text.trim() {
        "kill" => Ok(TellAgain::Kill),
        "correction" => Ok(TellAgain::Correction),
        "longer" => Ok(TellAgain::Longer),
        "headline" => Ok(TellAgain::Headline),
        other => origins(other).map(TellAgain::Origins).ok_or_else(|| {
            let known = ["kill", "correction", "longer", "headline", "origins >= 3"];
            Fault::new(format!("`{text}` is not a reason to tell again"))
                .with_help(suggest::among(other, known.into_iter()))
        }),
    }
}

/// The number of `origins >= N`, at least 1.
fn origins(text: &str) -> Option<u32> {
    let count = text.trim().strip_prefix("origins")?.trim_start().strip_prefix(">=")?;
    count.trim().parse().ok().filter(|count| *count >= 1)
}

/// `thread`, `digest` or `quiet`.
pub(super) fn related(text: &str) -> Result<Related, Fault> {
    match text {
        "thread" => Ok(Related::Thread),
        "quiet" => Ok(Related::Quiet),
        "digest" => Ok(Related::Digest),
        _ => Err(Fault::new(format!("`{text}` is not what can be done about related stories"))
            .with_help(suggest::among(text, ["thread", "digest", "quiet"].into_iter()))),
    }
}

/// A zone of the IANA database.
pub(super) fn timezone(text: &str) -> Result<TimeZone, Fault> {
    TimeZone::get(text).map_err(|_| {
        let zones: Vec<_> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
        Fault::new(format!("there is no time zone `{text}`"))
            .with_help(suggest::among(text, zones.iter().map(String::as_str)))
    })
}

/// A moment, or a day, which counts to its end in UTC.
pub(super) fn until(value: &Value) -> Result<Timestamp, Fault> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Datetime(datetime) => datetime.to_string(),
        _ => String::new(),
    };
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let end_of = |day: civil::Date| TimeZone::UTC.to_timestamp(day.tomorrow().ok()?.into()).ok();
    let is_day = !text.contains([':', 'T', ' ']);
    let day = if is_day { text.parse::<civil::Date>().ok() } else { None };
    day.and_then(end_of).ok_or_else(|| {
        Fault::new("`until` is a day or a moment with its zone")
            .with_help("write until = 2027-01-31 or until = 2027-01-31T18:00:00Z")
    })
}

/// A name of a feed, recipient or rule: it goes into headers, logs and commands.
pub(super) fn name(text: &str) -> Result<(), Fault> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() {
        return Err(Fault::new("the name is empty"));
    }
    if text.len() > LONGEST_NAME {
        return Err(Fault::new(format!("the name is longer than {LONGEST_NAME} letters")));
    }
    match text.chars().find(|c| !is_allowed(*c)) {
        None => Ok(()),
        Some(c) => Err(Fault::new(format!("`{}` may not stand in a name", c.escape_debug()))
            .with_help("a name has English letters, digits, `-`, `_` and `.`")),
    }
}

/// Names longer than this break lines of headers and logs.
const LONGEST_NAME: usize = 64;

/// A name that can be written as `$name` in a query: a letter first, then letters, digits, `-`
/// and `_`.
pub(super) fn alias_name(text: &str) -> Result<(), Fault> {
    let mut letters = text.chars();
    let starts = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if starts && letters.all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return Ok(());
    }
    Err(Fault::new(format!("`{text}` cannot be written as `$name` in a query"))
        .with_help("begin with a letter, and go on with letters, digits, `-` and `_`"))
}

/// A BCP 47 language tag, by its shape.
pub(super) fn language(text: &str) -> Result<(), Fault> {
    let mut parts = text.split('-');
    let is_language =
        |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if parts.next().is_some_and(is_language) && parts.all(is_part) {
        return Ok(());
    }
    Err(Fault::new(format!("`{text}` is not a language tag"))
        .with_help("write one such as \"en\", \"ur\" or \"pt-BR\""))
}

/// A bare mail address, by its shape: something, `@`, a host. The server has the last word.
pub(super) fn email(text: &str) -> Result<(), Fault> {
    let fault = || {
        Fault::new(format!("`{}` is not a mail address", text.escape_debug()))
            .with_help("write a bare address, as in \"desk@example.org\"")
    };
    let (local, host) = text.rsplit_once('@').ok_or_else(fault)?;
    // RFC 5321 section 4.5.3.1: 64 octets before the `@`, 255 behind it.
    let sizes = (1..=64).contains(&local.len()) && (1..=255).contains(&host.len());
    let is_atom = |c: char| !c.is_control() && !c.is_whitespace() && !"()<>[]:;@\\,\"".contains(c);
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if sizes && !dots && local.chars().all(is_atom) && host.split('.').all(is_label) {
        Ok(())
    } else {
        Err(fault())
    }
}

/// A site by the name of its host, by its shape.
pub(super) fn domain(text: &str) -> Result<(), Fault> {
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    if text.contains('.') && text.split('.').all(is_label) {
        return Ok(());
    }
    let host = text.split_once("://").map_or(text, |(_, rest)| rest).split('/').next();
    let host = host.filter(|host| *host != text && host.contains('.'));
    Err(Fault::new(format!("`{}` is not a site", text.escape_debug())).with_help(format!(
        "write the name of the host alone: \"{}\"",
        host.unwrap_or("herald.example")
    )))
}

/// A sender: a bare address, or a name and an address in angle brackets.
pub(super) fn mailbox(text: &str) -> Result<(), Fault> {
    let Some((name, rest)) = text.split_once('<') else {
        return email(text);
    };
    let address = rest.strip_suffix('>').ok_or_else(|| {
        Fault::new(format!("`{}` is not a sender", text.escape_debug()))
            .with_help("write it as in \"Wiredesk <wiredesk@example.org>\"")
    })?;
    if name.chars().any(char::is_control) {
        return Err(Fault::new("the sender's name holds a control character"));
    }
    email(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i8, minute: i8) -> civil::Time {
        civil::time(hour, minute, 0, 0)
    }

    #[test]
    fn durations_have_a_unit_and_a_range() {
        let read = |text| duration(text, MINUTE..=DAY).map_err(|fault| fault.message);
        assert_eq!(read("15 min"), Ok(Duration::from_mins(15)));
        assert_eq!(read("24h"), Ok(Duration::from_hours(24)));
        assert_eq!(read(" 1 hour, 30 minutes "), Ok(Duration::from_mins(90)));
        assert_eq!(read("1 day"), Ok(Duration::from_hours(24)));
        for wrong in ["", "15", "fast", "-5 min", "1 month", "9999999999999 days", "1e9 min"] {
            assert_eq!(read(wrong), Err(format!("`{wrong}` is not a duration")));
        }
        assert_eq!(read("59s"), Err("`59s` is too short".to_owned()));
        assert_eq!(read("25 hours"), Err("`25 hours` is too long".to_owned()));
    }

    #[test]
    fn times_to_send() {
        assert_eq!(send("at once"), Ok(Send::AtOnce));
        assert_eq!(send("every 15 min"), Ok(Send::Every(Duration::from_mins(15))));
        let daily = Send::At { days: (1..=7).collect(), time: hour(7, 30) };
        assert_eq!(send("daily 07:30"), Ok(daily));
        let at = |days: &[i8], time| Ok(Send::At { days: days.to_vec(), time });
        assert_eq!(send("mon,thu 07:30"), at(&[1, 4], hour(7, 30)));
        assert_eq!(send("Sun, mon,sun 0:05"), at(&[1, 7], hour(0, 5)));
        for wrong in [
            "",
            "now",
            "every",
            "every 5 s",
            "daily",
            "daily 24:00",
            "daily 7",
            "mun 07:30",
            "mon, 7:3",
        ] {
            assert!(send(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn conditions_and_reasons() {
        assert_eq!(when("origins >= 2"), Ok(When::Origins(2)));
        assert_eq!(when("origins>=12"), Ok(When::Origins(12)));
        for wrong in ["", "origins", "origins > 2", "origins >= 0", "carriers >= 2"] {
            assert!(when(wrong).is_err(), "{wrong}");
        }
        assert_eq!(tell_again("kill"), Ok(TellAgain::Kill));
        assert_eq!(tell_again("origins >= 3"), Ok(TellAgain::Origins(3)));
        assert_eq!(
            tell_again("corection").unwrap_err().help.as_deref(),
            Some("did you mean `correction`?")
        );
        assert_eq!(related("quiet"), Ok(Related::Quiet));
        assert_eq!(related("digest"), Ok(Related::Digest));
    }

    #[test]
    fn a_day_counts_to_its_end() {
        let read = |text: &str| until(&Value::String(text.to_owned()));
        assert_eq!(read("2027-01-31"), Ok("2027-02-01T00:00:00Z".parse().unwrap()));
        assert_eq!(read("2027-01-31T18:00:00+05:00"), Ok("2027-01-31T13:00:00Z".parse().unwrap()));
        for wrong in ["", "soon", "2027-02-30", "2027-01-31T18:00:00", "9999-12-31"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(until(&Value::Integer(2027)).is_err());
    }

    #[test]
    fn addresses_by_their_shape() {
        for good in
            ["desk@example.org", "a.b+c@mail.example.org", "root@localhost", "ü@exämple.org"]
        {
            assert_eq!(email(good), Ok(()), "{good}");
        }
        for wrong in [
            "",
            "desk",
            "@example.org",
            "desk@",
            "a b@example.org",
            "a@b@example.org",
            "a@-b.org",
            "a@b..org",
            ".a@example.org",
            "a@example.org\r\nBcc: b@example.org",
            "<a@example.org>",
        ] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        assert_eq!(mailbox("Wire Desk <desk@example.org>"), Ok(()));
        assert!(mailbox("Wire Desk <desk@example.org").is_err());
        assert!(mailbox("Wire\nDesk <desk@example.org>").is_err());
    }

    #[test]
    fn sites_by_their_shape() {
        for good in ["herald.example", "news.herald.co.example", "zeitung-ä.example"] {
            assert_eq!(domain(good), Ok(()), "{good}");
        }
        for wrong in ["", "herald", "https://herald.example/", "herald..example", "a b.example"] {
            assert!(domain(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_languages_and_zones() {
        assert_eq!(name("dawn-home_2.x"), Ok(()));
        assert!(name("").is_err() && name("two words").is_err() && name(&"a".repeat(65)).is_err());
        assert_eq!(alias_name("pak"), Ok(()));
        assert!(alias_name("2x").is_err() && alias_name("a.b").is_err() && alias_name("").is_err());
        assert_eq!(language("pt-BR"), Ok(()));
        assert!(language("english please").is_err() && language("e").is_err());
        assert!(timezone("Asia/Karachi").is_ok());
        assert_eq!(
            timezone("Asia/Karatchi").unwrap_err().help.as_deref(),
            Some("did you mean `Asia/Karachi`?")
        );
    }
}
