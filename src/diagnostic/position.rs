//! Lines and columns of many places in one text, without reading it from its start for each.

use super::{Source, floor};

/// Remembers where the lines of the text asked of last begin: problems come file by file.
#[derive(Debug, Default)]
pub(super) struct Positions<'a> {
    last: Option<(&'a Source, Vec<usize>)>,
}

impl<'a> Positions<'a> {
    /// Line and column from 1 of the byte at `offset`, the column in characters.
    pub(super) fn of(&mut self, source: &'a Source, offset: usize) -> (usize, usize) {
        let text = source.text.as_str();
        let offset = floor(text, offset);
        let starts = self.starts(source);
        let line = starts.partition_point(|start| *start <= offset);
        let start = starts.get(line - 1).copied().unwrap_or_default();
        (line, text[start..offset].chars().count() + 1)
    }

    fn starts(&mut self, source: &'a Source) -> &[usize] {
        let known = self.last.take().filter(|(last, _)| std::ptr::eq(*last, source));
        let (_, starts) = self.last.insert(known.unwrap_or_else(|| (source, line_starts(source))));
        starts
    }
}

/// The first line begins at 0, so there is always one.
fn line_starts(source: &Source) -> Vec<usize> {
    let newlines = source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters_count_from_one() {
        let source = |text: &str| Source { name: "w".to_owned(), text: text.to_owned() };
        let (a, b) = (source("é = 1\r\n\nx = 'é'\n"), source(""));
        let mut positions = Positions::default();
        for (offset, place) in [(0, (1, 1)), (1, (1, 1)), (2, (1, 2)), (8, (2, 1)), (9, (3, 1))] {
            assert_eq!(positions.of(&a, offset), place, "{offset}");
        }
        assert_eq!(positions.of(&b, 7), (1, 1));
        assert_eq!(positions.of(&a, 16), (3, 7));
        assert_eq!(positions.of(&a, 99), (4, 1));
    }
}
