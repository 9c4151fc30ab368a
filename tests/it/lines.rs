//! Connections to a mail server: kept for the next message, bounded, and never a message's failure.

use std::time::Duration;

use wiredesk::mail::{MailError, Mailer, NextStep, Outgoing, Receipt, Settings, SmtpSettings, Tls};

use crate::support::smtp::{Answer, Options, Security, SmtpServer, Step};

fn mailer(server: &SmtpServer, connections: usize) -> Mailer {
    let tls = SmtpSettings {
        tls: Tls::StartTls,
        connections,
        ..crate::deliveries::settings(server, true)
    };
    Mailer::new(&Settings::Smtp(SmtpSettings { credentials: None, ..tls })).unwrap()
}

fn server(options: Options) -> SmtpServer {
    SmtpServer::start(Options { security: Security::StartTls, ..options })
}

fn message(number: usize) -> Outgoing {
    Outgoing {
        from: "wire@desk.example".into(),
        to: "ops@desk.example".into(),
        message_id: format!("{number}.x@desk.example"),
        bytes: format!("Message-ID: <{number}.x@desk.example>\r\n\r\nA crane fell.\r\n")
            .into_bytes(),
    }
}

async fn send(mailer: &Mailer, number: usize) -> Result<Receipt, MailError> {
    mailer.send(&message(number)).await
}

#[tokio::test]
async fn messages_follow_each_other_on_one_line_and_a_line_has_an_end() {
    let server = server(Options::default());
    let mailer = mailer(&server, 4);
    for number in 0..120 {
        send(&mailer, number).await.unwrap();
    }
    assert_eq!((server.taken().len(), server.sessions()), (120, 3), "fifty messages on a line");
    assert_eq!(server.reached(Step::StartTls), 3);
    mailer.close().await;
}

#[tokio::test]
async fn a_line_that_the_server_closed_meanwhile_is_no_failure_of_the_message() {
    let server = server(Options { messages: 2, ..Options::default() });
    let mailer = mailer(&server, 4);
    for number in 0..7 {
        send(&mailer, number).await.unwrap();
    }
    assert_eq!((server.taken().len(), server.sessions()), (7, 4));
}

#[tokio::test]
async fn a_server_that_has_had_enough_of_a_line_is_met_on_another() {
    let closing = Answer::Reply("421 4.7.0 too many messages on this connection");
    // The first message is over when the second one meets it.
    let server = server(Options {
        script: vec![Vec::new(), vec![(Step::Mail, closing)]],
        ..Options::default()
    });
    let mailer = mailer(&server, 4);
    send(&mailer, 0).await.unwrap();
    mailer.close().await;
    let fault = send(&mailer, 1).await.unwrap_err();
    assert_eq!(
        (fault.next_step, fault.code),
        (NextStep::Down, Some(421)),
        "a new line is no better"
    );
    send(&mailer, 1).await.unwrap();
    assert_eq!((server.taken().len(), server.sessions()), (2, 3));
}

#[tokio::test]
async fn a_refused_message_leaves_the_line_to_the_next() {
    let refusal = Answer::Reply("550 5.1.1 no such user");
    let server =
        server(Options { script: vec![vec![(Step::Rcpt, refusal)]], ..Options::default() });
    let mailer = mailer(&server, 4);
    assert_eq!(send(&mailer, 0).await.unwrap_err().next_step, NextStep::Never);
    send(&mailer, 1).await.unwrap();
    let [taken] = server.taken().try_into().unwrap();
    assert_eq!((taken.message_id().as_str(), server.sessions()), ("1.x@desk.example", 1));
    assert_eq!(taken.to.len(), 1, "nothing is left of the one before");
}

#[tokio::test]
async fn no_more_lines_are_open_than_were_granted() {
    let server =
        server(Options { at_once: 2, pace: Duration::from_millis(5), ..Options::default() });
    let mailer = mailer(&server, 2);
    for round in 0..20 {
        let (one, two) = tokio::join!(send(&mailer, 2 * round), send(&mailer, 2 * round + 1));
        one.unwrap();
        two.unwrap();
    }
    assert_eq!((server.taken().len(), server.most_at_once(), server.sessions()), (40, 2, 2));
}

#[tokio::test]
async fn a_message_that_is_larger_than_announced_is_not_sent() {
    let server = server(Options { size: Some(1_000), ..Options::default() });
    let mailer = mailer(&server, 4);
    let mut large = message(0);
    large.bytes.extend(vec![b'x'; 2_000]);
    let fault = mailer.send(&large).await.unwrap_err();
    assert_eq!((fault.next_step, fault.step), (NextStep::Never, Some("SIZE")));
    let told = format!(
        "the message has {} bytes, and the server takes no more than 1000",
        large.bytes.len()
    );
    assert_eq!(fault.to_string(), told);
    send(&mailer, 1).await.unwrap();
    assert_eq!((server.sessions(), server.reached(Step::Mail)), (1, 1), "it was not spoken of");
}
