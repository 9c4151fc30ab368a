//! What goes over the wire: items 39 to 56.

use super::Item;

pub(super) const ITEMS: &[Item] = &[
    (
        39,
        "has pages of older items (`rel=next`, `prev-archive`, `next_url`)",
        "reads at most five, a second apart, on the same host, for a new feed and after a gap, until an item is known. What is absent is not deleted",
        &[
            "polite::gaps::a_gap_is_read_back_page_by_page_until_what_is_known",
            "polite::gaps::pages_in_a_circle_or_elsewhere_or_without_end_are_not_followed",
            "polite::gaps::a_new_feed_is_read_back_as_far_as_the_window_of_copies",
        ],
    ),
    (
        40,
        "gives new entries alone (226)",
        "asks for that only with `If-None-Match`; adds them, and takes nothing for gone",
        &[
            "polite::answers::new_entries_alone_are_added_and_nothing_is_missed",
            "fetch::conditional::new_entries_alone_are_a_document_when_granted",
        ],
    ),
    (
        41,
        "looks who asks",
        "`User-Agent: Wiredesk/x.y (+contact)`; no `From`, no `Referer`",
        &["fetch::requests::a_request_says_who_asks_and_nothing_else"],
    ),
    (
        42,
        "has an odd address",
        "requests it byte for byte, without `Cache-Control` or `Pragma`",
        &["fetch::requests::the_address_is_requested_byte_for_byte"],
    ),
    (
        43,
        "sets a cookie",
        "does not keep it",
        &["fetch::requests::a_request_says_who_asks_and_nothing_else"],
    ),
    (
        44,
        "counts requests",
        "one GET: no HEAD, no icon, no robots.txt, no page of the site",
        &["polite::asking::nothing_but_the_feed_is_asked_for"],
    ),
    (
        45,
        "packs its answer, or only says so",
        "offers gzip, br and zstd, undoes each, and sees through a label that lies without asking again",
        &[
            "fetch::bodies::compression_is_undone",
            "fetch::bodies::a_coding_that_lies_is_seen_through",
            "fetch::body::tests::each_coding_is_undone",
        ],
    ),
    (
        46,
        "sends a bomb",
        "stops at 15 MiB, or at a hundredfold after the first MiB",
        &[
            "fetch::bodies::a_bomb_is_refused",
            "fetch::body::tests::a_bomb_is_refused_before_it_fills_the_memory",
        ],
    ),
    (
        47,
        "trickles, falls silent, sends headers without end",
        "ends it after 30 seconds in all; other feeds do not notice",
        &[
            "fetch::failures::a_trickle_has_an_end",
            "fetch::failures::silence_before_and_in_the_answer_has_an_end",
            "fetch::failures::headers_without_end_are_not_collected",
            "bad_feeds::bad_feeds_are_named_and_harm_no_other",
        ],
    ),
    (
        48,
        "cuts its answer",
        "keeps the items so far, says that it was cut, keeps no validators",
        &[
            "fetch::bodies::what_came_before_a_cut_is_kept_without_validators",
            "bad_feeds::bad_feeds_are_named_and_harm_no_other",
        ],
    ),
    (
        49,
        "says that the feed has moved for good (301, 308)",
        "believes it after three polls over two days, asks the new address from then on, and goes back to that of the configuration when it fails",
        &[
            "polite::moves::a_permanent_move_is_believed_after_two_days_and_taken_back_when_it_fails",
            "schedule::habits::a_move_is_believed_after_two_days",
            "fetch::redirects::a_permanent_chain_says_where_the_feed_moved",
        ],
    ),
    (
        50,
        "redirects for now (302, 303, 307), anywhere in the chain",
        "follows, and keeps the address",
        &[
            "polite::moves::a_temporary_redirect_is_followed_each_time",
            "fetch::redirect::only_a_wholly_permanent_chain_is_a_move",
        ],
    ),
    (
        51,
        "redirects in a circle, more than five times, or to plain HTTP",
        "refuses; credentials and validators stay with their host",
        &[
            "fetch::redirects::five_redirects_are_followed_and_six_are_not",
            "fetch::redirects::a_circle_is_noticed_at_once",
            "fetch::redirect::circles_long_chains_and_downgrades_are_refused",
            "fetch::redirects::validators_and_credentials_stay_with_their_host",
        ],
    ),
    (
        52,
        "sends to `file:` or the like",
        "speaks only http and https; no address with a token or a name is in a message",
        &[
            "fetch::guard::only_http_is_spoken",
            "fetch::redirects::other_protocols_are_not_followed",
            "fetch::failures::nobody_at_home_is_a_failure",
        ],
    ),
    (
        53,
        "leads to an address that is not public",
        "refuses it in each URL and at each resolved address, unless `[fetch] allow` names it",
        &[
            "fetch::guard::addresses_that_are_not_public_are_known",
            "fetch::guard::an_address_that_is_not_public_is_not_contacted",
            "fetch::guard::a_redirect_opens_no_address_and_no_name",
        ],
    ),
    (
        54,
        "takes nothing in over HTTP/2 (`REFUSED_STREAM`, `GOAWAY`)",
        "asks again at once, at most twice, as part of the same poll; a feed with `http = \"1.1\"` is \
         never asked over HTTP/2",
        &[
            "fetch::http::nacks::a_refused_stream_is_asked_again_in_the_same_poll",
            "fetch::http::nacks::a_connection_that_goes_away_is_replaced",
            "fetch::http::nacks::who_always_refuses_is_left_alone",
            "fetch::http::nacks::a_feed_may_be_asked_in_the_old_version",
        ],
    ),
    (
        55,
        "has a robots.txt",
        "is not asked for it: an operator chose the feed",
        &["polite::asking::nothing_but_the_feed_is_asked_for"],
    ),
    (
        56,
        "gives a page that names feeds",
        "never follows it at poll time",
        &["polite::asking::nothing_but_the_feed_is_asked_for"],
    ),
];
