//! A small bar chart of how much there was each day, or each week where the days are many.

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date};

/// Characters of the longest bar.
const WIDTH: usize = 40;

/// Most lines.
const LINES: i32 = 45;

/// A line a day from `first` to `last`, with the count and a bar.
pub(super) fn chart(counts: &BTreeMap<Date, usize>, first: Date, last: Date) -> String {
    let days = (last - first).get_days() + 1;
    let step = if days > LINES { 7 } else { 1 };
    let mut lines: Vec<(Date, usize)> = Vec::new();
    let mut start = first;
    while start <= last {
        let end = start.saturating_add(step.days());
        let within = counts.range(start..end).map(|(_, count)| count);
        lines.push((start, within.sum()));
        start = end;
    }
    let most = lines.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let line = |(day, count): &(Date, usize)| {
        let bar = if most > WIDTH { (count * WIDTH).div_ceil(most) } else { *count };
        let text = format!("  {day}  {count:>5}  {}", "█".repeat(bar));
        format!("{}\n", text.trim_end())
    };
    lines.iter().map(line).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_line_a_day_and_a_line_a_week() {
        let counts = BTreeMap::from([(date(2026, 5, 1), 2), (date(2026, 5, 3), 1)]);
        let days = chart(&counts, date(2026, 5, 1), date(2026, 5, 3));
        assert_eq!(days, "  2026-05-01      2  ██\n  2026-05-02      0\n  2026-05-03      1  █\n");
        let counts = BTreeMap::from([(date(2026, 5, 1), 100), (date(2026, 5, 9), 1)]);
        let weeks = chart(&counts, date(2026, 5, 1), date(2026, 8, 1));
        assert_eq!(weeks.lines().count(), 14);
        assert_eq!(weeks.lines().next().unwrap().matches('█').count(), WIDTH);
        assert_eq!(weeks.lines().nth(1).unwrap().matches('█').count(), 1);
    }
}
