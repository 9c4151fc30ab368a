//! Asking again: items 1 to 16.

use super::Item;

pub(super) const ITEMS: &[Item] = &[
    (
        1,
        "gives `ETag` and `Last-Modified`",
        "keeps both byte for byte and sends both next time",
        &[
            "fetch::conditional::validators_are_sent_back_as_they_came_and_none_is_invented",
            "fetch::caching::validators_are_kept_byte_for_byte",
        ],
    ),
    (
        2,
        "gives a weak tag, `W/\"x\"`",
        "sends `W/\"x\"`",
        &["fetch::conditional::validators_are_sent_back_as_they_came_and_none_is_invented"],
    ),
    (
        3,
        "gives a `Last-Modified` in a form of its own",
        "echoes it as it is",
        &["fetch::conditional::validators_are_sent_back_as_they_came_and_none_is_invented"],
    ),
    (
        4,
        "gives only one of the two",
        "sends only that one",
        &["fetch::conditional::validators_are_sent_back_as_they_came_and_none_is_invented"],
    ),
    (
        5,
        "answers 304, with a body even",
        "counts a success, forgets earlier failures, reads no body",
        &["polite::answers::not_modified_is_a_success_and_its_body_is_not_read"],
    ),
    (
        6,
        "names other validators or another freshness with 304",
        "replaces what it names",
        &[
            "fetch::conditional::not_modified_keeps_what_it_does_not_replace",
            "fetch::caching::a_304_replaces_what_it_names",
        ],
    ),
    (
        7,
        "promises more freshness with 304 than with the document",
        "does not wait longer; a shorter promise is believed. What the document itself asks for holds on",
        &[
            "polite::answers::not_modified_may_shorten_what_the_document_promised_and_not_lengthen_it",
            "polite::answers::what_the_document_asks_for_holds_while_it_is_not_modified",
        ],
    ),
    (
        8,
        "gives a document without validators",
        "forgets the old ones",
        &["fetch::conditional::a_document_without_validators_clears_them"],
    ),
    (
        9,
        "gives a document that is broken or cut",
        "keeps what could be read and the validators of the one before",
        &[
            "polite::answers::a_document_that_cannot_be_read_or_is_cut_leaves_the_validators_of_the_one_before",
            "bad_feeds::bad_feeds_are_named_and_harm_no_other",
        ],
    ),
    (
        10,
        "gives another body under the same tag",
        "reads it: only an equal body is unchanged",
        &["polite::answers::the_same_entity_tag_with_another_body_is_read"],
    ),
    (
        11,
        "gives the same document built anew",
        "does not read it again: the time of its making and short comments do not count",
        &[
            "polite::answers::a_document_that_differs_only_in_the_time_of_its_making_is_not_read_again",
            "parse::essence::the_time_of_making_says_nothing",
        ],
    ),
    (
        12,
        "is asked for the second time",
        "is asked conditionally already",
        &["polite::asking::the_second_poll_is_conditional"],
    ),
    (
        13,
        "was asked before a restart",
        "is not asked earlier, and conditionally: due times and validators are in the database",
        &[
            "polite::asking::a_restart_asks_nobody_earlier_and_asks_with_what_was_known",
            "store::claims::a_feed_that_leaves_the_configuration_and_comes_back_keeps_its_history",
        ],
    ),
    (
        14,
        "has its feed configured otherwise",
        "keeps validators through new settings, and drops them with a new address",
        &[
            "polite::asking::another_interval_keeps_validators_and_another_address_drops_them",
            "store::claims::another_address_drops_validators_and_an_open_claim",
        ],
    ),
    (
        15,
        "says `Expires: 0`, `no-store` or `no-cache`",
        "sends validators all the same",
        &["polite::asking::validators_are_sent_where_nothing_may_be_stored"],
    ),
    (
        16,
        "is asked by hand (`wiredesk once`)",
        "asks only what is due, conditionally; nothing forces more",
        &["polite::asking::asking_by_hand_asks_only_what_is_due"],
    ),
];
