//! Quiet hours: what falls into them is one digest at their end, but for what passes.

use super::{folded, heard, retold, run, story, watch};

const WHO: &str = "
    [[recipient]]
    name = 'night'
    email = ['night@desk.example']
    quiet = '22:00-07:00'
    [[recipient]]
    name = 'strict'
    email = ['strict@desk.example']
    quiet = '22:00-07:00'
    quiet_passes = []
    [[recipient]]
    name = 'careful'
    email = ['careful@desk.example']
    quiet = '22:00-07:00'
    quiet_passes = ['kill', 'flash', 'correction']
    [[recipient]]
    name = 'hourly'
    email = ['hourly@desk.example']
    send = 'every 1 h'
    quiet = ['22:00-07:00']
    [[rule]]
    name = 'all'
    query = 'words:>1 NOT flashpoint'
    notify = ['night', 'strict', 'careful', 'hourly']
    [[rule]]
    name = 'urgent'
    query = 'flashpoint'
    notify = ['night', 'strict', 'careful', 'hourly']
    priority = 'flash'
";

#[tokio::test(start_paused = true)]
async fn a_night_is_one_digest_but_for_what_passes() {
    let printed = [
        story(2, "post", 1),
        story(3, "post", 2),
        // The night begins at hour 16 and ends at hour 25.
        story(17, "post", 3),
        story(18, "courier", 4),
        retold(19, "pilot", 5, "Flashpoint: "),
        retold(20, "post", 1, "KILL: "),
        retold(21, "post", 2, "CORRECTED: "),
        story(26, "post", 6),
    ];
    let (watch, memory) = watch(WHO, &printed).await;
    run(&watch, 20).await;
    let watch = watch.restarted().await;
    run(&watch, 8).await;
    let lines = folded(heard(&watch, &memory).await);
    let of = |name: &str| -> Vec<String> {
        let start = format!("{name}: ");
        lines
            .iter()
            .filter_map(|line| Some(format!("{} {}", &line[..8], line[9..].strip_prefix(&start)?)))
            .collect()
    };
    let day = ["12 08:02 first 1 x1", "12 09:02 first 1 x1"];
    let after = "13 08:02 first 1 x1";
    assert_eq!(
        of("night"),
        [
            &day[..],
            &[
                "13 01:02 first 1 x1",
                "13 02:00 kill 1 x1",
                "13 07:00 correction, first 3 x1",
                after
            ]
        ]
        .concat()
    );
    assert_eq!(
        of("strict"),
        [&day[..], &["13 07:00 correction, first, kill 5 x1", after]].concat()
    );
    assert_eq!(
        of("careful"),
        [
            &day[..],
            &[
                "13 01:02 first 1 x1",
                "13 02:00 kill 1 x1",
                "13 03:02 correction 1 x1",
                "13 07:00 first 2 x1",
                after
            ]
        ]
        .concat()
    );
    let hourly =
        ["12 09:00 first 1 x1", "12 10:00 first 1 x1", "13 02:00 first 1 x1", "13 02:00 kill 1 x1"];
    assert_eq!(
        of("hourly"),
        [&hourly[..], &["13 07:00 correction, first 3 x1", "13 09:00 first 1 x1"]].concat()
    );
}

/// What was due before the night, and could not leave then, does not leave in it.
#[tokio::test(start_paused = true)]
async fn what_is_late_does_not_wake_anybody() {
    let printed = [story(15, "post", 1), story(15, "courier", 2)];
    let (watch, memory) = watch(WHO, &printed).await;
    // It stops a minute before these are due, and starts again in the night.
    watch.run(std::time::Duration::from_mins(15 * 60 + 1)).await;
    let watch = watch.restarted().await;
    tokio::time::advance(std::time::Duration::from_hours(4)).await;
    run(&watch, 8).await;
    let lines = folded(heard(&watch, &memory).await);
    assert_eq!(
        lines,
        [
            "13 07:00 careful: first 2 x1",
            "13 07:00 hourly: first 2 x1",
            "13 07:00 night: first 2 x1",
            "13 07:00 strict: first 2 x1",
        ]
    );
}
