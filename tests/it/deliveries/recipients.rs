//! One story to several addresses of one server, which does not treat them alike.

use std::fmt::Write as _;

use wiredesk::daemon;

use super::{LOGIN, later, rows, watch};
use crate::support::smtp::{Answer, Options, SmtpServer, Step};

const BUSY: Answer = Answer::Reply("451 4.7.1 greylisted");
const NOBODY: Answer = Answer::Reply("550 5.1.1 nobody here");
const FULL: Answer = Answer::Reply("452 4.2.2 mailbox full");

/// What the server does with the first, the second and the third address.
type Mixture = [Option<(Step, Answer)>; 3];

const MIXTURES: [(&str, Mixture); 5] = [
    ("takes all", [None, None, None]),
    ("knows the second one not", [None, Some((Step::Rcpt, NOBODY)), None]),
    ("is busy for the first one", [Some((Step::Rcpt, BUSY)), None, None]),
    (
        "is busy for the first one, knows the second one not, takes the third",
        [Some((Step::Rcpt, BUSY)), Some((Step::Rcpt, NOBODY)), None],
    ),
    (
        "refuses the message to the first one, says nothing after that to the second one, cuts the line at DATA of the third",
        [
            Some((Step::Message, FULL)),
            Some((Step::Message, Answer::Silence)),
            Some((Step::Data, Answer::Cut)),
        ],
    ),
];

const ADDRESSES: [&str; 3] = ["one@desk.example", "two@desk.example", "three@desk.example"];

const HEAD: &str = "
## Several addresses

Each address has a message of its own, so that the verdict on one is none on another: what became of \
each at once, and when the server was mended an hour later.

| the server | first | second | third | in the end |
| --- | --- | --- | --- | --- |
";

/// The table of what came of each mixture.
pub(super) async fn table() -> String {
    let mut page = HEAD.to_owned();
    for (what, mixture) in MIXTURES {
        let recipients = ADDRESSES.into_iter().zip(mixture);
        let recipients = recipients.filter_map(|(address, scripted)| {
            scripted.map(|(step, answer)| (address, step, answer))
        });
        let server = SmtpServer::start(Options {
            login: Some(LOGIN),
            recipients: recipients.collect(),
            ..Options::default()
        });
        let watch = watch(&format!("{ADDRESSES:?}"), &server, true).await;
        daemon::deliver_round(&watch.context).await.unwrap();
        let at_once: Vec<_> = rows(&watch).await.0.into_iter().map(|row| row.state).collect();
        for (state, scripted) in at_once.iter().zip(mixture) {
            let meant = match scripted {
                None => "sent",
                Some((_, NOBODY)) => "dropped",
                Some(_) => "due",
            };
            assert_eq!(state, meant, "{what}: {at_once:?}");
        }
        server.mend();
        later(&watch, 61);
        daemon::deliver_round(&watch.context).await.unwrap();
        let end: Vec<_> = rows(&watch).await.0.into_iter().map(|row| row.state).collect();
        let taken = server.taken();
        for (address, state) in ADDRESSES.iter().zip(&end) {
            let came = taken.iter().filter(|mail| mail.to == [*address]).count();
            assert_eq!(came, usize::from(state == "sent"), "{what}: {address} {state}");
        }
        let came = end.iter().filter(|state| *state == "sent").count();
        let [first, second, third] = at_once.try_into().unwrap();
        writeln!(page, "| {what} | {first} | {second} | {third} | {came} of 3 came, each once |")
            .unwrap();
    }
    page
}
