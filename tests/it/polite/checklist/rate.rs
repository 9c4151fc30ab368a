//! When, and how often: items 17 to 38.

use super::Item;

pub(super) const ITEMS: &[Item] = &[
    (
        17,
        "gives no hint",
        "waits 15 minutes, an hour where there are no validators; the least is 5 minutes, by an explicit `interval` 1 minute",
        &[
            "schedule::tests::without_any_word_it_is_a_quarter_of_an_hour",
            "schedule::tests::without_validators_it_is_an_hour_unless_the_operator_says_otherwise",
            "schedule::tests::an_interval_has_a_floor_and_on_an_own_server_another",
        ],
    ),
    (
        18,
        "says `max-age`",
        "waits so long, less `Age`, at most 24 hours; `s-maxage` is for others",
        &[
            "fetch::caching::freshness_is_max_age_less_age",
            "schedule::tests::hints_lengthen_and_never_shorten",
        ],
    ),
    (
        19,
        "says `Expires`",
        "waits until then, by the server's own `Date`",
        &["fetch::caching::expires_counts_from_the_servers_own_date"],
    ),
    (
        20,
        "says `ttl`, `sy:updatePeriod`, `skipHours` or `skipDays` in the document",
        "waits longer, never shorter, at most 24 hours",
        &[
            "parse::the_feed_says_when_to_come_back",
            "schedule::tests::skipped_hours_and_days_are_skipped",
            "polite::answers::what_the_document_asks_for_holds_while_it_is_not_modified",
        ],
    ),
    (
        21,
        "answers 429 with `Retry-After`",
        "waits so long with all feeds of the host, at most 24 hours; the pause does not grow",
        &[
            "schedule::backoff::throttling_with_a_time_is_taken_at_its_word",
            "polite::hosts::retry_after_holds_for_all_feeds_of_the_host",
        ],
    ),
    (
        22,
        "answers 429 without it",
        "waits at least an hour, and for a day twice as long as usual, with all feeds of the host",
        &[
            "schedule::backoff::throttling_without_a_time_at_least_doubles_the_pause",
            "polite::hosts::a_host_that_asks_for_patience_is_spared_with_all_its_feeds",
        ],
    ),
    (
        23,
        "answers 503 with `Retry-After`",
        "as 429",
        &["fetch::refusals::each_status_is_told_apart"],
    ),
    (
        24,
        "says nonsense in `Retry-After`",
        "waits as if it were not there",
        &["fetch::caching::retry_after_is_seconds_or_a_date"],
    ),
    (
        25,
        "fails: 5xx, timeout, reset, DNS, TLS",
        "makes one attempt at a time, doubles the pause up to a day, and never gives up",
        &[
            "polite::asking::a_failing_server_is_asked_once_at_a_time",
            "polite::stops::a_feed_that_answers_no_more_is_never_given_up",
            "schedule::backoff::pauses_double_up_to_a_day",
        ],
    ),
    (
        26,
        "cannot be reached, nor can two others",
        "takes it for an outage of our own: one problem, no feed is blamed, and what was missed is asked soon after",
        &[
            "polite::network::when_nobody_can_be_reached_no_feed_is_blamed",
            "polite::network::after_an_outage_what_was_missed_is_asked_soon",
            "polite::network::servers_that_answer_with_failures_are_to_blame",
        ],
    ),
    (
        27,
        "answers 404, 410, 401 or 403",
        "404: at least an hour; 410: not again until the address changes; 401: not again until address or credentials do; 403: at least six hours. Articles stay",
        &[
            "polite::stops::what_is_missing_or_forbidden_is_asked_for_with_patience",
            "polite::stops::what_is_gone_or_wants_credentials_is_asked_again_when_it_is_asked_otherwise",
        ],
    ),
    (
        28,
        "wants to see a browser (bot protection)",
        "says so, waits a day, and does not pretend to be one",
        &["polite::stops::a_bot_protection_is_told_and_not_deceived"],
    ),
    (
        29,
        "gives a page where a feed was",
        "an error; articles, validators and address stay",
        &["polite::answers::a_page_where_a_feed_was_changes_nothing"],
    ),
    (
        30,
        "gives an empty body",
        "an error; validators stay",
        &[
            "fetch::refusals::an_empty_document_is_none",
            "polite::answers::a_document_that_cannot_be_read_or_is_cut_leaves_the_validators_of_the_one_before",
        ],
    ),
    (
        31,
        "gives a feed without items where some were",
        "accepts it, and tells of it after three",
        &["polite::health::a_feed_that_has_lost_its_items_is_told_of"],
    ),
    (
        32,
        "is one of many that are due at a start",
        "spreads them: two seconds a feed on average, at most 15 minutes, each at a share of its own",
        &[
            "polite::jumps::a_start_with_everything_due_is_spread",
            "schedule::tests::starts_are_spread_over_the_whole_time_and_stay_where_they_are",
        ],
    ),
    (
        33,
        "takes its time",
        "counts the pause from the start of the poll; jitter of up to 5 % only lengthens it",
        &["polite::asking::the_pause_is_counted_from_the_start_and_only_lengthened"],
    ),
    (
        34,
        "is watched by a machine that sleeps, or whose clock is set",
        "after a sleep one poll a feed, spread as at a start; due times move along with a clock that is set",
        &[
            "polite::jumps::after_a_sleep_each_feed_is_asked_once_and_not_all_at_one_moment",
            "polite::jumps::a_clock_that_is_set_neither_brings_polls_forward_nor_stalls_them",
            "store::claims::a_due_time_of_a_clock_set_wrongly_is_brought_back_at_the_start",
        ],
    ),
    (
        35,
        "is configured twice",
        "a warning that says where",
        &["config::tests::refused::odd_things_are_accepted_with_a_warning"],
    ),
    (
        36,
        "has several feeds, under one registered name or one IP address",
        "one connection, and at least a second from start to start; `[[host]]` sets another pace",
        &[
            "polite::hosts::polls_of_one_house_start_a_second_apart",
            "polite::hosts::houses_on_one_address_are_spaced_as_one",
            "polite::hosts::a_host_of_ones_own_has_the_pace_that_is_set",
            "store::claims::a_host_gets_no_more_than_its_share",
        ],
    ),
    (
        37,
        "publishes much, or little",
        "asks so often that at most a third of the document is new, from 5 minutes to 24 hours",
        &[
            "schedule::cadence::the_pause_follows_the_rate",
            "schedule::cadence::a_steady_feed_is_learnt_in_a_few_days",
        ],
    ),
    (
        38,
        "shows nothing of what it showed before",
        "notes a possible gap with its span, and asks at least twice as often",
        &[
            "polite::gaps::a_document_with_nothing_of_the_last_one_is_a_possible_gap",
            "polite::gaps::after_a_gap_a_feed_is_asked_at_least_twice_as_often",
        ],
    ),
];
