//! How fast texts are sketched and placed, and how that changes as the window fills.

use divan::{Bencher, counter::ItemsCount};
use jiff::Timestamp;
use wiredesk::{
    model::{ArticleId, StoryId},
    story::{Assignment, Rarity, Sketch, Subject, Thresholds, Window, assign},
};

fn main() {
    divan::main();
}

/// A text of 500 words, a third of it furniture that one in ten texts has; every third is a copy.
fn text(number: u64) -> String {
    let mut state = number / 3;
    let mut word = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("w{} ", state >> 52)
    };
    let own: String = (0..350).map(|_| word()).collect();
    let furniture = format!("f{} ", number % 10).repeat(150);
    format!("ARDEN, March 3 (NWS): {own}\n\n{furniture}")
}

fn sketch(number: u64) -> Sketch {
    let publisher = format!("paper {}", number % 97);
    let text = text(number);
    Sketch::of(&Subject {
        title: "",
        text: &text,
        publisher: &publisher,
        at: Timestamp::UNIX_EPOCH,
        credits: &[],
    })
}

fn place(window: &Window, sketch: &Sketch, thresholds: &Thresholds) -> Assignment {
    let candidates = window.candidates(sketch, None, Timestamp::UNIX_EPOCH, 40);
    assign(sketch, &candidates, Rarity(&[window.counts()]), thresholds)
}

#[divan::bench]
fn sketch_a_text(bencher: Bencher<'_, '_>) {
    let text = text(1);
    let subject = Subject {
        title: "Harbour shut",
        text: &text,
        publisher: "P",
        at: Timestamp::UNIX_EPOCH,
        credits: &[],
    };
    bencher.counter(ItemsCount::new(1_u32)).bench(|| Sketch::of(&subject));
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 20)]
fn place_among(bencher: Bencher<'_, '_>, live: u64) {
    let thresholds = Thresholds::default();
    let mut window = Window::default();
    for (row, number) in (0..).zip(0..live) {
        window.insert(ArticleId(row), StoryId(row), sketch(number));
    }
    let new: Vec<Sketch> = (live..live + 100).map(sketch).collect();
    bencher
        .counter(ItemsCount::new(new.len()))
        .bench(|| new.iter().map(|sketch| place(&window, sketch, &thresholds)).collect::<Vec<_>>());
}
