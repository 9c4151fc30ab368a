//! The live articles of the window, and a table from shingle to the articles that have it.

use super::{
    Candidate,
    sketch::{Mark, Sketch},
};

/// Cells name articles by so many bits; the rest is a tag of the shingle.
const SLOT_BITS: u32 = 20;
/// Articles beyond so many are remembered but found only through their story.
const MOST_SLOTS: u32 = (1 << SLOT_BITS) - 1;
const SLOT_MASK: u32 = MOST_SLOTS;
const EMPTY: u32 = u32::MAX;
/// Articles listed for one shingle: the first of a story suffice to find it.
const MOST_POSTINGS: usize = 48;
/// Cells of a cache line: what is read of memory at once.
const LINE: usize = 16;
/// Lines looked at for one shingle, so that nobody can make us walk the table.
const MOST_LINES: usize = 16;
/// Sketches with at most this many shingles are indexed whole.
const DENSE: usize = 48;

/// An article in its slot.
#[derive(Debug)]
pub(super) struct Shelved {
    pub(super) candidate: Candidate,
    /// The slot of the article of the same story that came before it.
    pub(super) before: Option<u32>,
}

/// Cells that are read at once; the first that is empty ends the search.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line([u32; LINE]);

/// Articles in slots, found by their shingles.
#[derive(Debug, Default)]
pub(super) struct Index {
    slots: Vec<Option<Shelved>>,
    /// Slots that no cell names.
    free: Vec<u32>,
    lines: Vec<Line>,
    used: usize,
}

impl Index {
    /// Adds an article; returns its slot.
    pub(super) fn push(&mut self, shelved: Shelved) -> u32 {
        let sketch = shelved.candidate.sketch.clone();
        if self.used + cells(&sketch) > self.lines.len() * (LINE / 8 * 7) {
            self.grow(&sketch);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        self.slots[slot as usize] = Some(shelved);
        self.index(slot, &sketch);
        slot
    }

    /// Empties a slot; its cells stay until the table grows.
    pub(super) fn take(&mut self, slot: u32) -> Option<Shelved> {
        self.slots.get_mut(slot as usize)?.take()
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Shelved> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Shelved> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    /// Calls `found` with the slot of each article that probably has one of the shingles asked for,
    /// once for each.
    pub(super) fn look_up(&self, sketch: &Sketch, mut found: impl FnMut(u32)) {
        let mut hashes: Vec<u32> = Vec::with_capacity(sketch.marks().len());
        hashes.extend(asked(sketch).map(Mark::hash));
        self.touch(&hashes);
        for hash in hashes {
            self.find(hash, &mut found);
        }
    }

    /// Calls `found` with the slot of each article that probably has the same headline.
    pub(super) fn look_up_headline(&self, sketch: &Sketch, mut found: impl FnMut(u32)) {
        sketch.headline().into_iter().for_each(|hash| self.find(hash, &mut found));
    }

    fn find(&self, hash: u32, found: &mut impl FnMut(u32)) {
        let tag = tag(mix(hash));
        let cells = self.probe(hash).flat_map(|at| &self.lines[at].0);
        for cell in cells.copied().take_while(|cell| *cell != EMPTY) {
            if cell & !SLOT_MASK == tag {
                found(cell & SLOT_MASK);
            }
        }
    }

    /// Reads the first line of each hash: memory answers many questions in the time of one, if none
    /// waits for the answer to another.
    fn touch(&self, hashes: &[u32]) {
        let size = self.lines.len();
        let lines = hashes.iter().filter_map(|hash| self.lines.get(home(mix(*hash), size)));
        std::hint::black_box(lines.fold(0, |all, line| all ^ line.0[0]));
    }

    /// How many shingles of the text one hit stands for: how thinly the article is indexed.
    pub(super) fn density(sketch: &Sketch) -> u32 {
        1 << thinned(sketch)
    }

    fn index(&mut self, slot: u32, sketch: &Sketch) {
        if slot >= MOST_SLOTS {
            return;
        }
        let mut hashes: Vec<u32> = Vec::with_capacity(sketch.marks().len() + 1);
        hashes.extend(indexed(sketch).map(Mark::hash).chain(sketch.headline()));
        self.touch(&hashes);
        for hash in hashes {
            self.put(hash, slot);
        }
    }

    fn put(&mut self, hash: u32, slot: u32) {
        let tag = tag(mix(hash));
        let mut postings = 0;
        for at in self.probe(hash) {
            for cell in &mut self.lines[at].0 {
                if *cell == EMPTY {
                    if postings < MOST_POSTINGS {
                        *cell = tag | slot;
                        self.used += 1;
                    }
                    return;
                }
                postings += usize::from(*cell & !SLOT_MASK == tag);
            }
        }
    }

    /// Makes room for half as many cells again as the live articles and a new one take, and gives
    /// the slots back that were emptied.
    fn grow(&mut self, new: &Sketch) {
        let slots = std::mem::take(&mut self.slots);
        let live = || {
            let taken = (0..).zip(&slots).filter_map(|(at, slot)| Some((at, slot.as_ref()?)));
            taken.map(|(at, shelved)| (at, &shelved.candidate.sketch))
        };
        let needed: usize = live().map(|(_, sketch)| cells(sketch)).sum();
        // Before there is another: the table takes megabytes.
        self.lines = Vec::new();
        let cells = (needed + cells(new)).max(64) / 2 * 3;
        self.lines = vec![Line([EMPTY; LINE]); cells.div_ceil(LINE)];
        self.used = 0;
        for (slot, sketch) in live() {
            self.index(slot, sketch);
        }
        self.free =
            (0..).zip(&slots).filter(|(_, slot)| slot.is_none()).map(|(at, _)| at).collect();
        self.slots = slots;
    }

    /// The lines in which a shingle can be, in order.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let size = self.lines.len();
        let first = home(mix(hash), size);
        (0..size.min(MOST_LINES)).map(move |step| {
            let at = first + step;
            if at < size { at } else { at - size }
        })
    }
}

/// The shingles by which an article is found.
fn indexed(sketch: &Sketch) -> impl Iterator<Item = Mark> {
    let scale = sketch.scale() + thinned(sketch);
    sketch.marks().filter(move |mark| mark.is_lead() || mark.is_kept(scale))
}

/// How many cells name an article: its shingles and its headline.
fn cells(sketch: &Sketch) -> usize {
    indexed(sketch).count() + usize::from(sketch.headline().is_some())
}

/// The shingles worth looking up: twice as many as are indexed of such a text, since another may be
/// indexed more densely.
fn asked(sketch: &Sketch) -> impl Iterator<Item = Mark> {
    let scale = sketch.scale() + thinned(sketch).saturating_sub(1);
    sketch.marks().filter(move |mark| mark.is_lead() || mark.is_kept(scale))
}

/// By how many bits more than its sketch an article's index is thinned out, the lead excepted.
fn thinned(sketch: &Sketch) -> u8 {
    match sketch.marks().len() {
        ..=DENSE => 0,
        many if many <= 2 * DENSE => 1,
        _ => 2,
    }
}

/// The first line of a hash, of so many.
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
