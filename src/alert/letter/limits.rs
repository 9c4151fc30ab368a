//! How much of a story a letter tells, so that it fits a mail.

/// How much is told; each step tells less.
#[derive(Clone, Copy, Default)]
pub(super) struct Limits {
    step: u32,
}

impl Limits {
    /// After the last step one story is told in a few lines.
    const LAST_STEP: u32 = 7;

    /// The next step, if there is one.
    pub(super) fn tighter(self) -> Option<Self> {
        (self.step < Self::LAST_STEP).then_some(Self { step: self.step + 1 })
    }

    /// `full` halved with each step, and at least `least`.
    fn of(self, full: usize, least: usize) -> usize {
        (full >> self.step).max(least)
    }

    /// Stories told in full.
    pub(super) fn sections(self) -> usize {
        self.of(30, 1)
    }

    /// Lines of the table of contents.
    pub(super) fn contents(self) -> usize {
        self.of(200, 1)
    }

    /// Lines of the table of carriers.
    pub(super) fn carriers(self) -> usize {
        self.of(60, 1)
    }

    /// Stories of the same event.
    pub(super) fn related(self) -> usize {
        self.of(8, 1)
    }

    /// Changed passages.
    pub(super) fn passages(self) -> usize {
        self.of(8, 1)
    }

    /// Sentences that made a rule true.
    pub(super) fn excerpts(self) -> usize {
        self.of(8, 1)
    }

    /// Rules, credits, cited media.
    pub(super) fn names(self) -> usize {
        self.of(12, 1)
    }

    /// Characters of a name or a headline.
    pub(super) fn short(self) -> usize {
        self.of(240, 60)
    }

    /// Characters of a sentence or a query.
    pub(super) fn long(self) -> usize {
        self.of(1_000, 100)
    }
}
