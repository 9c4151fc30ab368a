//! The form of the log that the journal reads: a syslog priority before each line, no time.

use std::{
    fmt,
    fs::File,
    io,
    os::{fd::AsFd as _, unix::fs::MetadataExt as _},
};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format},
    registry::LookupSpan,
};

/// Writes `<6>fetch{feed.name=herald}: message field=value` (sd-daemon(3)).
#[derive(Clone, Copy, Debug)]
pub(super) struct Priority;

impl<S, N> FormatEvent<S, N> for Priority
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: format::Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut text = String::new();
        let plain = format().without_time().with_level(false).with_target(false).with_ansi(false);
        plain.format_event(context, format::Writer::new(&mut text), event)?;
        let priority = priority(*event.metadata().level());
        // The journal takes each line for a message of its own.
        for line in text.trim_end().lines() {
            writeln!(writer, "<{priority}>{}", line.trim_start_matches(' '))?;
        }
        Ok(())
    }
}

/// The priority of syslog(3); debug and trace are one to it.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

/// Whether standard error goes to the journal: `JOURNAL_STREAM` names the device and inode of the
/// stream that systemd connected (systemd.exec(5)); it may since have been sent elsewhere.
pub(super) fn is_journal() -> bool {
    let said = std::env::var_os("JOURNAL_STREAM");
    said.is_some_and(|said| stream_of(&io::stderr()).is_ok_and(|stream| said == *stream))
}

fn stream_of(stderr: &io::Stderr) -> io::Result<String> {
    let file = File::from(stderr.as_fd().try_clone_to_owned()?);
    let metadata = file.metadata()?;
    Ok(format!("{}:{}", metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn each_line_has_its_priority_and_no_time() {
        let written = Shared::default();
        let writer = written.clone();
        let events = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .event_format(Priority)
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(events), || {
            let _poll = tracing::info_span!("poll", feed.name = "herald").entered();
            tracing::info!(items = 3, "polled");
            tracing::warn!("two\nlines");
            tracing::error!("bad");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        insta::assert_snapshot!(text, @r#"
        <6>poll{feed.name="herald"}: polled items=3
        <4>poll{feed.name="herald"}: two
        <4>lines
        <3>poll{feed.name="herald"}: bad
        "#);
    }
}
