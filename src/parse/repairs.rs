//! What had to be mended in a document, each named once.

/// The names so far, in the order of discovery.
#[derive(Debug, Default)]
pub(super) struct Repairs(Vec<&'static str>);

impl Repairs {
    pub(super) fn note(&mut self, what: &'static str) {
        if !self.0.contains(&what) {
            self.0.push(what);
        }
    }

    pub(super) fn into_vec(self) -> Vec<&'static str> {
        self.0
    }
}
