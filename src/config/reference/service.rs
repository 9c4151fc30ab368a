//! The tables that say how the service works: where things are, what is fetched, how mail leaves.

use super::{
    Given::{Else, Needed, Usual},
    Key,
    Kind::{Choice, Count, Flag, Share, Text, Texts},
    Table,
};

pub(super) const TABLES: &[Table] = &[
    Table { name: "", is_list: false, meaning: "Before all tables.", keys: TOP },
    Table {
        name: "fetch",
        is_list: false,
        meaning: "What may be fetched, and how servers are spoken to.",
        keys: FETCH,
    },
    Table {
        name: "mail",
        is_list: false,
        meaning: "How mail leaves. Without the table, or without `smtp`, every message is a file in \
                  the folder `mail` of the data.",
        keys: MAIL,
    },
    Table {
        name: "operator",
        is_list: false,
        meaning: "Who is told how the watch itself goes: which feeds fail, went quiet or may have \
                  lost items, and what could not be delivered.",
        keys: OPERATOR,
    },
    Table {
        name: "web",
        is_list: false,
        meaning: "Status pages, and an API to read; without the table there are none. Needs a restart \
                  when it changes.",
        keys: WEB,
    },
    Table {
        name: "limits",
        is_list: false,
        meaning: "How much at once, and how long things are kept.",
        keys: LIMITS,
    },
    Table {
        name: "story",
        is_list: false,
        meaning: "What makes two texts copies of one story.",
        keys: STORY,
    },
    Table {
        name: "host",
        is_list: true,
        meaning: "The pace of a host that is not asked like the others.",
        keys: HOST,
    },
    Table {
        name: "feed",
        is_list: true,
        meaning: "A feed, a news sitemap, or a file or folder of such documents.",
        keys: super::feed::KEYS,
    },
];

const TOP: &[Key] = &[Key {
    name: "data",
    kind: Text,
    given: Else("the state folder of systemd, else `data` in the current folder"),
    example: "\"/var/lib/wiredesk\"",
    beside: "",
    meaning: "Where the database is, and the messages where there is no mail server. Needs a restart \
              when it changes.",
}];

const FETCH: &[Key] = &[
    Key {
        name: "allow",
        kind: Texts,
        given: Usual("[]"),
        example: "[\"10.0.0.0/8\", \"127.0.0.1:8080\"]",
        beside: "",
        meaning: "Private addresses that may be fetched; they may be asked each second.",
    },
    Key {
        name: "first_poll_alert",
        kind: Text,
        given: Usual("\"24h\""),
        example: "\"2 hours\"",
        beside: "",
        meaning: "Items of a feed's first poll that are older than this alert nobody.",
    },
    Key {
        name: "max_bytes",
        kind: Count(1_024, 268_435_456),
        given: Usual("15_728_640"),
        example: "5_000_000",
        beside: "",
        meaning: "A larger document is refused.",
    },
    Key {
        name: "timeout",
        kind: Text,
        given: Usual("\"30 s\""),
        example: "\"1 min\"",
        beside: "",
        meaning: "For a whole answer, half of it for one silence; from \"1 s\" to \"4 min\".",
    },
    Key {
        name: "contact",
        kind: Text,
        given: Else("the User-Agent names nobody"),
        example: "\"desk@example.org\"",
        beside: "",
        meaning: "How a publisher reaches you: a mail address or a web page, in the User-Agent.",
    },
];

const MAIL: &[Key] = &[
    Key {
        name: "from",
        kind: Text,
        given: Needed,
        example: "\"Wiredesk <wiredesk@example.org>\"",
        beside: "",
        meaning: "The sender of every message.",
    },
    Key {
        name: "smtp",
        kind: Text,
        given: Else("messages become files"),
        example: "\"smtp://mail.example.org:587\"",
        beside: "",
        meaning: "The mail server: smtp:// with STARTTLS, smtps:// encrypted from the start.",
    },
    Key {
        name: "username",
        kind: Text,
        given: Else("nobody logs in"),
        example: "\"wiredesk\"",
        beside: "smtp = \"smtp://mail.example.org:587\"\npassword_file = \"key\"",
        meaning: "The name to log in with.",
    },
    Key {
        name: "password_file",
        kind: Text,
        given: Else("nobody logs in"),
        example: "\"key\"",
        beside: "smtp = \"smtp://mail.example.org:587\"\nusername = \"wiredesk\"",
        meaning: "A systemd credential of that name, else a file beside this one or in `credentials`.",
    },
    Key {
        name: "tls",
        kind: Choice(&["none"]),
        given: Else("STARTTLS is required"),
        example: "\"none\"",
        beside: "smtp = \"smtp://127.0.0.1:25\"",
        meaning: "Sends in the clear: for a server on this machine only.",
    },
    Key {
        name: "reply_to",
        kind: Text,
        given: Else("answers go to the sender"),
        example: "\"Desk <desk@example.org>\"",
        beside: "",
        meaning: "Where answers go, and mails that ask for no more.",
    },
    Key {
        name: "templates",
        kind: Text,
        given: Else("mails look as the program has them"),
        example: "\"templates\"",
        beside: "",
        meaning: "A folder beside this file with letter.txt, letter.html, subject.txt; see \
                  docs/mails.md.",
    },
    Key {
        name: "connections",
        kind: Count(1, 50),
        given: Usual("4"),
        example: "2",
        beside: "smtp = \"smtp://mail.example.org:587\"",
        meaning: "Connections to the server at once; each is kept for the next messages.",
    },
];

const OPERATOR: &[Key] = &[
    Key {
        name: "email",
        kind: Texts,
        given: Else("told by the other ways"),
        example: "[\"operator@example.org\"]",
        beside: "",
        meaning: "Addresses.",
    },
    WEBHOOK,
    FORMAT,
    SECRET_FILE,
    EXEC,
    Key {
        name: "heartbeat",
        kind: Text,
        given: Else("only told when there is something to tell"),
        example: "\"daily 07:30\"",
        beside: "email = [\"operator@example.org\"]",
        meaning: "When a sign of life goes out, also \"mon,thu 07:30\".",
    },
    Key {
        name: "timezone",
        kind: Text,
        given: Usual("\"UTC\""),
        example: "\"Asia/Karachi\"",
        beside: "email = [\"operator@example.org\"]",
        meaning: "The zone of these times.",
    },
];

pub(super) const WEBHOOK: Key = Key {
    name: "webhook",
    kind: Text,
    given: Else("told by the other ways"),
    example: "\"https://chat.example.org/hooks/desk\"",
    beside: "",
    meaning: "A web address that takes messages; see docs/webhook.md.",
};

pub(super) const FORMAT: Key = Key {
    name: "format",
    kind: Choice(&["wiredesk", "slack", "ntfy"]),
    given: Usual("\"wiredesk\""),
    example: "\"slack\"",
    beside: "webhook = \"https://chat.example.org/hooks/desk\"",
    meaning: "What the web address understands.",
};

pub(super) const SECRET_FILE: Key = Key {
    name: "secret_file",
    kind: Text,
    given: Else("requests are not signed"),
    example: "\"key\"",
    beside: "webhook = \"https://chat.example.org/hooks/desk\"",
    meaning: "What requests are signed with, or, for ntfy, the token.",
};

pub(super) const EXEC: Key = Key {
    name: "exec",
    kind: Texts,
    given: Else("told by the other ways"),
    example: "[\"/usr/local/bin/page\", \"--desk\"]",
    beside: "",
    meaning: "A program that gets each message as JSON, with its arguments; no shell reads them.",
};

const WEB: &[Key] = &[
    Key {
        name: "listen",
        kind: Text,
        given: Usual("\"127.0.0.1:8787\""),
        example: "\"/run/wiredesk/pages.sock\"",
        beside: "",
        meaning: "An address of this machine, the path of a socket, or \"systemd\" for a socket that \
                  systemd opened.",
    },
    Key {
        name: "hosts",
        kind: Texts,
        given: Usual("[]"),
        example: "[\"desk.example.org\"]",
        beside: "",
        meaning: "Names that browsers may ask for beside those of this machine: of a web server in \
                  front.",
    },
    Key {
        name: "token_file",
        kind: Text,
        given: Else("everybody on this machine may look"),
        example: "\"key\"",
        beside: "",
        meaning: "Where a token is that a request must bring along, as in [mail].",
    },
    Key {
        name: "actions",
        kind: Flag,
        given: Usual("false"),
        example: "true",
        beside: "token_file = \"key\"",
        meaning: "Whether pages have buttons that change something.",
    },
];

const LIMITS: &[Key] = &[
    Key {
        name: "polls",
        kind: Count(1, 1_000),
        given: Usual("16"),
        example: "32",
        beside: "",
        meaning: "Feeds asked at once.",
    },
    Key {
        name: "polls_per_host",
        kind: Count(1, 20),
        given: Usual("1"),
        example: "2",
        beside: "",
        meaning: "Feeds asked at once at one host.",
    },
    Key {
        name: "sends",
        kind: Count(1, 100),
        given: Usual("4"),
        example: "8",
        beside: "",
        meaning: "Messages sent at once.",
    },
    Key {
        name: "give_up_after",
        kind: Text,
        given: Usual("\"48 hours\""),
        example: "\"4 days\"",
        beside: "",
        meaning: "How long a message is tried that nobody takes; from \"1 hour\" to \"30 days\".",
    },
    Key {
        name: "retention",
        kind: Text,
        given: Usual("\"90 days\""),
        example: "\"365 days\"",
        beside: "",
        meaning: "How long articles are kept; what was told is remembered for a year.",
    },
];

const STORY: &[Key] = &[
    Key {
        name: "window",
        kind: Text,
        given: Usual("\"4 days\""),
        example: "\"7 days\"",
        beside: "",
        meaning: "How long a text can gain copies; from \"1 hour\" to \"30 days\".",
    },
    Key {
        name: "articles",
        kind: Count(1_000, 1_000_000),
        given: Usual("500_000"),
        example: "100_000",
        beside: "",
        meaning: "The newest of these that are remembered for it, some 1,200 bytes of memory each.",
    },
    Key {
        name: "copy",
        kind: Share(0.35, 0.9),
        given: Usual("0.5"),
        example: "0.6",
        beside: "",
        meaning: "Share of the shorter text's wording that makes a copy.",
    },
    Key {
        name: "related",
        kind: Share(0.1, 0.9),
        given: Usual("0.3"),
        example: "0.25",
        beside: "",
        meaning: "Share that makes reports of one event related; at most `copy`.",
    },
    Key {
        name: "rewritten",
        kind: Share(5.0, 20.0),
        given: Usual("6.0"),
        example: "8.0",
        beside: "",
        meaning: "Evidence (names, figures, credit) that makes a reworded copy; 20 for nearly never.",
    },
];

const HOST: &[Key] = &[
    Key {
        name: "name",
        kind: Text,
        given: Needed,
        example: "\"arden-post.example\"",
        beside: "",
        meaning: "The registered part of a host's name, or an IP address.",
    },
    Key {
        name: "connections",
        kind: Count(1, 1_000),
        given: Else("as many as `polls_per_host`"),
        example: "4",
        beside: "",
        meaning: "Requests at once.",
    },
    Key {
        name: "gap",
        kind: Text,
        given: Usual("\"1 s\""),
        example: "\"10 s\"",
        beside: "",
        meaning: "The least time from one start to the next.",
    },
];

pub(super) const TAGS: Key = Key {
    name: "tags",
    kind: Texts,
    given: Usual("[]"),
    example: "[\"world\"]",
    beside: "",
    meaning: "Words of your own that rules can ask for.",
};

pub(super) const ENABLED: Key = Key {
    name: "enabled",
    kind: Flag,
    given: Usual("true"),
    example: "false",
    beside: "",
    meaning: "Whether it is in use; false keeps it here.",
};
