//! Dates as feeds write them: RFC 3339, RFC 822, and what people make of both.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};

/// No date is longer, in characters.
const MAX_LENGTH: usize = 100;

/// Years outside of this are mistakes: epochs, placeholders, other calendars.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2199;

/// Minutes east of Greenwich of the zone names seen in feeds. Where a name is ambiguous, the
/// meaning of RFC 822 section 5.1, else the most common one in newspapers.
const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("cest", 120),
    ("met", 60),
    ("mez", 60),
    ("mesz", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("msd", 240),
    ("trt", 180),
    ("est", -300),
    ("edt", -240),
    ("et", -300),
    ("cst", -360),
    ("cdt", -300),
    ("ct", -360),
    ("mst", -420),
    ("mdt", -360),
    ("mt", -420),
    ("pst", -480),
    ("pdt", -420),
    ("pt", -480),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("ast", -240),
    ("adt", -180),
    ("brt", -180),
    ("art", -180),
    ("sast", 120),
    ("cat", 120),
    ("eat", 180),
    ("wat", 60),
    ("gst", 240),
    ("pkt", 300),
    ("ist", 330),
    ("npt", 345),
    ("bdt", 360),
    ("ict", 420),
    ("wib", 420),
    ("hkt", 480),
    ("sgt", 480),
    ("myt", 480),
    ("pht", 480),
    ("awst", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
];

/// Beginnings of month names, in lower case, of the languages whose papers spell them out.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "янв", "ιαν", "oca", "sty", "يناير", "जन"],
    &["feb", "fev", "fév", "фев", "φεβ", "şub", "lut", "فبراير", "फर"],
    &["mar", "mär", "maa", "mrt", "мар", "μάρ", "μαρ", "مارس", "मार्च"],
    &["apr", "avr", "abr", "апр", "απρ", "nis", "kwi", "أبريل", "अप्र"],
    &["may", "mai", "mei", "mag", "май", "мая", "μάι", "μαϊ", "μαΐ", "مايو", "मई"],
    &["jun", "juin", "giu", "июн", "ιούν", "ιουν", "haz", "cze", "يونيو", "जून"],
    &["jul", "juil", "lug", "июл", "ιούλ", "ιουλ", "tem", "lip", "يوليو", "जुल"],
    &["aug", "aoû", "aou", "ago", "авг", "αύγ", "αυγ", "ağu", "sie", "أغسطس", "अग"],
    &["sep", "set", "сен", "σεπ", "eyl", "wrz", "سبتمبر", "सित"],
    &["oct", "okt", "out", "ott", "окт", "οκτ", "eki", "paź", "أكتوبر", "अक्"],
    &["nov", "ноя", "νοέ", "νοε", "kas", "lis", "نوفمبر", "नव"],
    &["dec", "dez", "dic", "déc", "дек", "δεκ", "ara", "gru", "ديسمبر", "दिस"],
];

/// Reads a date in any form; nothing for what cannot be one. Without a zone it is UTC.
pub(super) fn read(written: &str) -> Option<Timestamp> {
    let written = written.trim();
    if written.is_empty() || written.chars().count() > MAX_LENGTH {
        return None;
    }
    let moment = written.parse::<Timestamp>().ok().or_else(|| lenient(written))?;
    YEARS.contains(&Offset::UTC.to_datetime(moment).year()).then_some(moment)
}

fn lenient(written: &str) -> Option<Timestamp> {
    let mut parts = Parts::default();
    for word in plain(written).split_whitespace() {
        parts.word(word)?;
    }
    parts.moment()
}

/// The same date with ASCII digits, and without what says nothing.
fn plain(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut after_digit = false;
    for c in written.chars() {
        match c {
            '年' | '月' | '년' | '월' | '\u{2212}' => out.push('-'),
            ',' | '(' | ')' | '日' | '일' | '|' | '\u{200e}' | '\u{200f}' => out.push(' '),
            // The `T` of ISO 8601 parts date and time.
            'T' | 't' if after_digit => out.push(' '),
            c => match digit(c) {
                Some(digit) => out.push(digit),
                None => out.extend(c.to_lowercase()),
            },
        }
        after_digit = digit(c).is_some();
    }
    out.replace("오전", " am ")
        .replace("오후", " pm ")
        .replace("上午", " am ")
        .replace("下午", " pm ")
        .replace("- ", "-")
}

/// The ASCII digit of a digit of another script.
fn digit(c: char) -> Option<char> {
    const ZEROS: [char; 8] = ['0', '٠', '۰', '०', '০', '๐', '௦', '０'];
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10)?;
        char::from_digit(value, 10)
    })
}

/// What the words of a date have said so far.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    /// Hour, minute, second.
    time: Option<(i8, i8, i8)>,
    half: Option<Half>,
    /// Minutes east of Greenwich.
    offset: Option<i32>,
    /// Seconds since 1970, where the date is nothing but a number.
    seconds: Option<i64>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Half {
    Morning,
    Afternoon,
}

impl Parts {
    /// Takes in one word; nothing when it makes the whole unreadable.
    fn word(&mut self, word: &str) -> Option<()> {
        let starts_with_digit = word.starts_with(|c: char| c.is_ascii_digit());
        if starts_with_digit && word.contains(':') && self.time.is_none() {
            return self.clock(word);
        }
        match word {
            "am" | "a.m." => self.half = Some(Half::Morning),
            "pm" | "p.m." => self.half = Some(Half::Afternoon),
            _ if starts_with_digit => return self.numbers(word),
            _ => self.name(word),
        }
        Some(())
    }

    /// A month, a zone, or a word that says nothing.
    fn name(&mut self, word: &str) {
        if self.time.is_some() && self.offset.is_none() {
            self.offset = offset(word);
            if self.offset.is_some() {
                return;
            }
        }
        if self.month.is_none() {
            self.month = month(word);
        }
    }

    /// `14:33`, `14:33:00.5`, `2:33pm`, `14:33:00+0200`, `14:33Z`.
    fn clock(&mut self, word: &str) -> Option<()> {
        let end = word.find(|c: char| !(c.is_ascii_digit() || ":.".contains(c)));
        let (clock, rest) = word.split_at(end.unwrap_or(word.len()));
        let mut numbers = clock.split(':');
        let hour: i8 = numbers.next()?.parse().ok()?;
        let minute: i8 = numbers.next()?.split('.').next()?.parse().ok()?;
        let second = numbers.next().and_then(|s| s.split('.').next()?.parse().ok()).unwrap_or(0);
        self.time = Some((hour, minute, second));
        match rest.trim_start_matches('-') {
            "am" => self.half = Some(Half::Morning),
            "pm" => self.half = Some(Half::Afternoon),
            _ => self.offset = offset(rest).or(self.offset),
        }
        Some(())
    }

    /// A number, or several held together by `-`, `/`, `.` or a month between them.
    fn numbers(&mut self, word: &str) -> Option<()> {
        let word = word.trim_end_matches(['-', '/', '.', 'z']);
        let separator = word.chars().find(|c| "-/.".contains(*c));
        let Some(separator) = separator else { return self.number(word) };
        if self.year.is_some() {
            // A zone that lost its sign, or an hour written `14.33`.
            return self.clock(&word.replace(separator, ":"));
        }
        let mut pieces = word.split(separator);
        let (first, second, third) = (pieces.next()?, pieces.next()?, pieces.next());
        let middle = second.parse().ok().or_else(|| month(second))?;
        if first.len() == 4 {
            self.year = Some(first.parse().ok()?);
            self.month = Some(middle);
            self.day = third.map_or(Some(1), |day| day.parse().ok());
            return Some(());
        }
        let first: i8 = first.parse().ok()?;
        self.year = Some(century(third?.parse().ok()?));
        // `1/20/2020` and `1/2/2020` are American; `20/1/2020` and `1.2.2020` are not.
        let month_first = separator == '/' && first <= 12;
        let (day, month) = if month_first { (middle, first) } else { (first, middle) };
        (self.day, self.month) = (Some(day), Some(month));
        Some(())
    }

    fn number(&mut self, word: &str) -> Option<()> {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match (digits.len(), self.year, self.day) {
            (8, None, _) => {
                self.year = Some(digits[..4].parse().ok()?);
                self.month = Some(digits[4..6].parse().ok()?);
                self.day = Some(digits[6..].parse().ok()?);
            }
            (10, None, None) => self.seconds = Some(digits.parse().ok()?),
            (13, None, None) => self.seconds = Some(digits[..10].parse().ok()?),
            (4, None, _) => self.year = Some(digits.parse().ok()?),
            (1 | 2, _, None) => self.day = Some(digits.parse().ok()?),
            (2, None, Some(_)) => self.year = Some(century(digits.parse().ok()?)),
            _ => {}
        }
        Some(())
    }

    fn moment(self) -> Option<Timestamp> {
        if let Some(seconds) = self.seconds {
            return Timestamp::from_second(seconds).ok();
        }
        let bare_year = self.month.is_none() && self.day.is_none();
        let (month, day) = if bare_year { (1, 1) } else { (self.month?, self.day.unwrap_or(1)) };
        let date = Date::new(self.year?, month, day).ok()?;
        let (hour, minute, second) = self.time.unwrap_or((0, 0, 0));
        let hour = match self.half {
            Some(Half::Afternoon) if hour < 12 => hour + 12,
            Some(Half::Morning) if hour == 12 => 0,
            _ => hour,
        };
        // Midnight may be the end of a day, and a leap second is a second.
        let (date, hour) = if hour == 24 { (date.tomorrow().ok()?, 0) } else { (date, hour) };
        let second = if second == 60 { 59 } else { second };
        let there =
            DateTime::new(date.year(), date.month(), date.day(), hour, minute, second, 0).ok()?;
        let offset = Offset::from_seconds(self.offset.unwrap_or(0) * 60).ok()?;
        offset.to_timestamp(there).ok()
    }
}

/// Two digits of a year (RFC 2822 section 4.3, with 1970 as the divide).
fn century(year: i16) -> i16 {
    match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    }
}

fn month(word: &str) -> Option<i8> {
    (1..).zip(MONTHS).find(|(_, names)| names.iter().any(|n| word.starts_with(n))).map(|(n, _)| n)
}

/// Minutes east of Greenwich: a name, `+0530`, `+5:30`, `gmt+2`, `-08`.
fn offset(word: &str) -> Option<i32> {
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == word) {
        return Some(*minutes);
    }
    let signed = word.trim_start_matches("gmt").trim_start_matches("utc");
    let sign = match signed.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: String = signed[1..].chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        3 | 4 => digits.split_at(digits.len() - 2),
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        for (written, wanted) in [
            ("2020-01-10T14:33:00Z", "2020-01-10T14:33:00Z"),
            ("2020-01-10T14:33:00.123+05:30", "2020-01-10T09:03:00.123Z"),
            ("2020-01-10T14:33:00+0530", "2020-01-10T09:03:00Z"),
            ("2020-01-10T14:33:00 +05:30", "2020-01-10T09:03:00Z"),
            ("2020-01-10T14:33Z", "2020-01-10T14:33:00Z"),
            ("2020-01-10 14:33:00", "2020-01-10T14:33:00Z"),
            ("2020-01-10t14:33:00", "2020-01-10T14:33:00Z"),
            ("2020/1/10 14:33:00", "2020-01-10T14:33:00Z"),
            ("2020-01-10", "2020-01-10T00:00:00Z"),
            ("20200110", "2020-01-10T00:00:00Z"),
            ("2020-01", "2020-01-01T00:00:00Z"),
            ("2020", "2020-01-01T00:00:00Z"),
            ("Fri, 10 Jan 2020 14:33:00 GMT", "2020-01-10T14:33:00Z"),
            ("Fri, 10 Jan 2020 14:33:00 +0100", "2020-01-10T13:33:00Z"),
            ("Mon, 10 Jan 2020 14:33:00 EST", "2020-01-10T19:33:00Z"),
            ("Friday, 10 January 2020 14:33 PKT", "2020-01-10T09:33:00Z"),
            ("Fri, 10 Jan 20 14:33:00 Z", "2020-01-10T14:33:00Z"),
            ("10 Jan 2020", "2020-01-10T00:00:00Z"),
            ("10-Jan-2020 14:33", "2020-01-10T14:33:00Z"),
            ("Jan 10, 2020 2:33 PM", "2020-01-10T14:33:00Z"),
            ("Jan 10 2020, 2:33pm IST", "2020-01-10T09:03:00Z"),
            ("January 10th, 2020", "2020-01-10T00:00:00Z"),
            ("Fri Jan 10 14:33:00 UTC 2020", "2020-01-10T14:33:00Z"),
            ("Fri, 10 Jan 2020 24:00:00 GMT", "2020-01-11T00:00:00Z"),
            ("Fri, 10 Jan 2020 23:59:60 GMT", "2020-01-10T23:59:59Z"),
            ("Fri, 10 Jan 2020 9:05:00 GMT+2", "2020-01-10T07:05:00Z"),
            ("10.01.2020 14:33", "2020-01-10T14:33:00Z"),
            ("1/10/2020 14:33", "2020-01-10T14:33:00Z"),
            ("20/1/2020", "2020-01-20T00:00:00Z"),
            ("vr, 10 mrt 2020 14:33:00 +0100", "2020-03-10T13:33:00Z"),
            ("ven., 10 août 2020 14:33:00 +0200", "2020-08-10T12:33:00Z"),
            ("10 de octubre de 2020", "2020-10-10T00:00:00Z"),
            ("Пт, 10 янв 2020 14:33:00 +0300", "2020-01-10T11:33:00Z"),
            ("2020年1月10日 14:33", "2020-01-10T14:33:00Z"),
            ("2020년 1월 10일 오후 2:33", "2020-01-10T14:33:00Z"),
            ("١٠ يناير ٢٠٢٠ ١٤:٣٣", "2020-01-10T14:33:00Z"),
            ("1578666780", "2020-01-10T14:33:00Z"),
            ("1578666780000", "2020-01-10T14:33:00Z"),
        ] {
            let read = read(written).map(|moment| moment.to_string());
            assert_eq!(read.as_deref(), Some(wanted), "{written}");
        }
    }

    #[test]
    fn what_is_no_date_is_missing() {
        for written in [
            "",
            "yesterday",
            "N/A",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "0000-00-00 00:00:00",
            "2020-13-10",
            "Fri, 32 Jan 2020",
            "10 Jan",
            "14:33",
            "99999-01-01",
            "1399/10/20",
            "Fri, 10 Jan 2020 25:00:00 GMT",
            "-",
            "::",
            "1:",
            &"1 ".repeat(200),
        ] {
            assert_eq!(read(written), None, "{written}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(written in "([0-9]{1,4}|jan|[:/., +-]|T|Z|pm|年|١|gmt){0,12}|.{0,40}") {
            if let Some(moment) = read(&written) {
                prop_assert!(YEARS.contains(&Offset::UTC.to_datetime(moment).year()));
            }
        }

        #[test]
        fn what_is_written_by_rule_is_read_back(seconds in 700_000_000_i64..4_000_000_000) {
            let moment = Timestamp::from_second(seconds).unwrap();
            prop_assert_eq!(read(&moment.to_string()), Some(moment));
            let mail = moment.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
            prop_assert_eq!(read(&mail), Some(moment));
        }
    }
}
