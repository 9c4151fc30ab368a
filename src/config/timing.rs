//! Reads how recipients want to be spared: caps, quiet hours, and what passes them.

use jiff::civil::Time;
use toml::Value;

use super::{
    suggest,
    value::{self, DAY, Fault, MINUTE},
};
use crate::{
    alert::{AtMost, FLASH, Passes, QuietHours, Stretch},
    model::Priority,
};

/// `20 per hour`, `100 per day` or `5 per 15 min`.
pub(super) fn at_most(text: &str) -> Result<AtMost, Fault> {
    let fault = || {
        Fault::new(format!("`{text}` is not a number of messages in some time"))
            .with_help("write \"20 per hour\", \"100 per day\" or \"5 per 15 min\"")
    };
    let (messages, time) = text.split_once(" per ").ok_or_else(fault)?;
    let messages = messages.trim().parse().map_err(|_| fault())?;
    if messages == 0 {
        return Err(Fault::new("at least one message must be allowed").with_help(
            "leave the recipient out of `notify` if nothing is to be told, or write `silences add`",
        ));
    }
    let time = time.trim();
    let is_unit = time.starts_with(|c: char| c.is_ascii_alphabetic());
    let time = if is_unit { format!("1 {time}") } else { time.to_owned() };
    let within = value::duration(&time, MINUTE..=7 * DAY)?;
    Ok(AtMost { messages, within })
}

/// `22:00-07:00`, `sat,sun 00:00-24:00`, or a list of such.
pub(super) fn quiet(written: &Value) -> Result<QuietHours, Fault> {
    let fault = || {
        Fault::new("quiet hours are a string or a list of strings").with_help(
            "write quiet = \"22:00-07:00\" or quiet = [\"22:00-07:00\", \"sat,sun 00:00-24:00\"]",
        )
    };
    let list = match written {
        Value::String(_) => std::slice::from_ref(written),
        Value::Array(list) => list.as_slice(),
        _ => return Err(fault()),
    };
    let read = |value: &Value| stretch(value.as_str().ok_or_else(fault)?);
    let quiet = QuietHours { stretches: list.iter().map(read).collect::<Result<_, _>>()? };
    if quiet.is_always() {
        return Err(Fault::new("it is quiet all week: nothing would ever be told")
            .with_help("leave some time, or leave the recipient out of `notify`"));
    }
    Ok(quiet)
}

fn stretch(text: &str) -> Result<Stretch, Fault> {
    let fault = || {
        Fault::new(format!("`{text}` are not quiet hours"))
            .with_help("write \"22:00-07:00\" or, on some days, \"sat,sun 00:00-24:00\"")
    };
    let words: Vec<_> = text.split_whitespace().collect();
    let (days, hours) = match words.as_slice() {
        [hours] | ["daily", hours] => ((1..=7).collect(), hours),
        [days @ .., hours] => (value::days_of_week(&days.concat())?, hours),
        [] => return Err(fault()),
    };
    let (start, end) = hours.split_once('-').ok_or_else(fault)?;
    let start = value::time_of_day(start)?;
    let end = if end == "24:00" { Time::midnight() } else { value::time_of_day(end)? };
    if start == end && end != Time::midnight() {
        return Err(Fault::new(format!("`{text}` ends when it begins"))
            .with_help("write 00:00-24:00 for a whole day"));
    }
    Ok(Stretch { days, start, end })
}

/// One of the things that pass quiet hours, noted in `passes`.
pub(super) fn pass(text: &str, passes: &mut Passes) -> Result<(), Fault> {
    match text {
        "kill" => passes.kill = true,
        "flash" => passes.flash = true,
        "correction" => passes.correction = true,
        _ => {
            return Err(Fault::new(format!("`{text}` is nothing that can pass quiet hours"))
                .with_help(suggest::among(text, ["kill", "flash", "correction"].into_iter())));
        }
    }
    Ok(())
}

/// `flash`, or a number from 1 (flash) to 9.
pub(super) fn priority(written: &Value) -> Result<Priority, Fault> {
    let read = match written {
        Value::String(text) if text == "flash" => Some(FLASH),
        Value::Integer(number) => u8::try_from(*number).ok().map(Priority),
        _ => None,
    };
    let fault = || {
        Fault::new("`priority` is \"flash\" or a number from 1 to 9")
            .with_help("write priority = \"flash\", which is 1, for what must not wait")
    };
    read.filter(|priority| (1..=9).contains(&priority.0)).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::civil::time;

    use super::*;

    #[test]
    fn caps() {
        let read = |text| at_most(text).map(|cap| (cap.messages, cap.within, cap.to_string()));
        let hour = Duration::from_hours(1);
        assert_eq!(read("20 per hour"), Ok((20, hour, "20 per hour".into())));
        assert_eq!(read("100 per day"), Ok((100, 24 * hour, "100 per day".into())));
        assert_eq!(read("5 per 15 min"), Ok((5, hour / 4, "5 per 15 min".into())));
        assert_eq!(read("1 per 2 hours"), Ok((1, 2 * hour, "1 per 2 h".into())));
        for wrong in ["", "20", "20 per", "20/hour", "0 per hour", "-1 per hour", "2 per month"] {
            assert!(at_most(wrong).is_err(), "{wrong}");
        }
        assert!(at_most("1 per 8 days").is_err() && at_most("1 per second").is_err());
    }

    #[test]
    fn quiet_hours() {
        let read = |text: &str| quiet(&Value::from(text)).map(|quiet| quiet.stretches);
        let at = |hour| time(hour, 0, 0, 0);
        let all: Vec<i8> = (1..=7).collect();
        let night = Stretch { days: all, start: at(22), end: at(7) };
        let weekend = Stretch { days: vec![6, 7], start: at(0), end: at(0) };
        assert_eq!(read("22:00-07:00").as_deref(), Ok(&[night.clone()][..]));
        assert_eq!(read("daily 22:00-7:00").as_deref(), Ok(&[night.clone()][..]));
        assert_eq!(read("sat,sun 00:00-24:00").as_deref(), Ok(&[weekend.clone()][..]));
        let both = Value::from(vec!["22:00-07:00", "sun, sat 00:00-24:00"]);
        assert_eq!(quiet(&both).map(|quiet| quiet.stretches), Ok(vec![night, weekend]));
        for wrong in
            ["", "night", "22:00", "22:00-25:00", "22:00-22:00", "00:00-24:00", "mun 1:00-2:00"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(quiet(&Value::from(7)).is_err() && quiet(&Value::from(vec![7])).is_err());
    }

    #[test]
    fn passes_and_priorities() {
        let mut passes = Passes { kill: false, flash: false, correction: false };
        assert_eq!(pass("kill", &mut passes), Ok(()));
        assert_eq!(passes, Passes { kill: true, flash: false, correction: false });
        assert!(pass("kil", &mut passes).is_err_and(|f| f.help.unwrap().contains("`kill`")));
        assert_eq!(priority(&Value::from("flash")), Ok(FLASH));
        assert_eq!(priority(&Value::from(9)), Ok(Priority(9)));
        for wrong in [Value::from("urgent"), Value::from(0), Value::from(10), Value::from(300)] {
            assert!(priority(&wrong).is_err(), "{wrong}");
        }
    }
}
