//! One day of the window: sketches, and a table from shingle to the articles that have it.

use super::{
    Candidate,
    sketch::{Mark, Sketch},
};

/// Cells name articles by so many bits; the rest is a tag of the shingle.
const SLOT_BITS: u32 = 20;
/// An article beyond this many a day is remembered but found only through its story.
const MOST_SLOTS: u32 = (1 << SLOT_BITS) - 1;
const SLOT_MASK: u32 = MOST_SLOTS;
const EMPTY: u32 = u32::MAX;
/// Articles listed for one shingle: the first of a story suffice to find it.
const MOST_POSTINGS: usize = 48;
/// Cells looked at for one shingle, so that nobody can make us walk the table.
const MOST_PROBES: usize = 256;
/// Sketches with at most this many shingles are indexed whole.
const DENSE: usize = 48;

/// Where an article is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    /// Days since 1970, in UTC.
    pub(super) day: i32,
    /// Its number among the articles of the day.
    pub(super) slot: u32,
}

/// An article in its place.
#[derive(Debug)]
pub(super) struct Shelved {
    pub(super) candidate: Candidate,
    /// The article of the same story that came before it.
    pub(super) before: Option<Place>,
}

/// One day of the window.
#[derive(Debug, Default)]
pub(super) struct Segment {
    slots: Vec<Option<Shelved>>,
    live: usize,
    cells: Vec<u32>,
    used: usize,
}

impl Segment {
    /// The slot that the next article gets.
    pub(super) fn next_slot(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// Adds an article.
    pub(super) fn push(&mut self, shelved: Shelved) {
        let slot = self.next_slot();
        let sketch = shelved.candidate.sketch.clone();
        self.slots.push(Some(shelved));
        self.live += 1;
        if self.used + sketch.marks().len() > self.cells.len() / 8 * 7 {
            self.grow(sketch.marks().len());
        } else {
            self.index(slot, &sketch);
        }
    }

    /// Empties a slot; its cells stay until the table grows or the day is forgotten.
    pub(super) fn take(&mut self, slot: u32) -> Option<Shelved> {
        let taken = self.slots.get_mut(slot as usize)?.take();
        self.live -= usize::from(taken.is_some());
        taken
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Shelved> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Shelved> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Every live article.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.slots.iter().flatten().map(|shelved| &shelved.candidate)
    }

    /// Calls `found` with the slot of each article that probably has the shingle.
    pub(super) fn look_up(&self, hash: u32, mut found: impl FnMut(u32)) {
        let tag = tag(mix(hash));
        for cell in self.probe(hash).map(|at| self.cells[at]).take_while(|cell| *cell != EMPTY) {
            if cell & !SLOT_MASK == tag {
                found(cell & SLOT_MASK);
            }
        }
    }

    /// How many shingles of the text one hit stands for: how thinly the article is indexed.
    pub(super) fn density(sketch: &Sketch) -> u32 {
        1 << thinned(sketch)
    }

    /// The shingles worth looking up: twice as many as are indexed of such a text, since another
    /// may be indexed more densely.
    pub(super) fn asked(sketch: &Sketch) -> impl Iterator<Item = Mark> {
        let scale = sketch.scale() + thinned(sketch).saturating_sub(1);
        sketch.marks().filter(move |mark| mark.is_lead() || mark.is_kept(scale))
    }

    fn index(&mut self, slot: u32, sketch: &Sketch) {
        if slot >= MOST_SLOTS {
            return;
        }
        let scale = sketch.scale() + thinned(sketch);
        for mark in sketch.marks().filter(|mark| mark.is_lead() || mark.is_kept(scale)) {
            self.put(mark.hash(), slot);
        }
    }

    fn put(&mut self, hash: u32, slot: u32) {
        let tag = tag(mix(hash));
        let mut postings = 0;
        let mut free = None;
        for at in self.probe(hash) {
            let cell = self.cells[at];
            if cell == EMPTY {
                free = Some(at);
                break;
            }
            postings += usize::from(cell & !SLOT_MASK == tag);
        }
        if let Some(at) = free.filter(|_| postings < MOST_POSTINGS) {
            self.cells[at] = tag | slot;
            self.used += 1;
        }
    }

    /// Makes room by half as much again, and leaves out the slots that were emptied.
    fn grow(&mut self, needed: usize) {
        let size = (self.used + needed).max(64) / 2 * 3;
        // Before there is another: a day's table takes megabytes.
        self.cells = Vec::new();
        self.cells = vec![EMPTY; size];
        self.used = 0;
        for slot in 0..self.next_slot() {
            if let Some(sketch) = self.get(slot).map(|shelved| shelved.candidate.sketch.clone()) {
                self.index(slot, &sketch);
            }
        }
    }

    /// The cells in which a shingle can be, in order.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let size = self.cells.len();
        let first = home(mix(hash), size);
        (0..size.min(MOST_PROBES)).map(move |step| {
            let at = first + step;
            if at < size { at } else { at - size }
        })
    }
}

/// By how many bits more than its sketch an article's index is thinned out, the lead excepted.
fn thinned(sketch: &Sketch) -> u8 {
    match sketch.marks().len() {
        ..=DENSE => 0,
        many if many <= 2 * DENSE => 1,
        _ => 2,
    }
}

/// The first cell of a hash: its place on a line of `size` cells.
fn home(mixed: u32, size: usize) -> usize {
    let place = (u128::from(mixed) * size as u128) >> 32;
    usize::try_from(place).unwrap_or_default()
}

/// The low bits, which the place does not depend on.
fn tag(mixed: u32) -> u32 {
    mixed << SLOT_BITS
}

/// Spreads a hash over all bits: sampling left some of them zero (the finaliser of `MurmurHash3`).
fn mix(hash: u32) -> u32 {
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    let hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}
