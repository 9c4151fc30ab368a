//! An error with its causes, in one line, each thing said once.

use std::error::Error;

/// The error, then each cause, joined by colons; a cause that the words so far end with already
/// is left out. At most thirty causes, since a cause may be its own.
pub fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    for _ in 0..MOST_CAUSES {
        let Some(cause) = source else { break };
        source = cause.source();
        let said = cause.to_string();
        if !words.ends_with(&said) {
            words.push_str(": ");
            words.push_str(&said);
        }
    }
    words
}

const MOST_CAUSES: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Fault {
        #[error("cannot poll `herald`")]
        Poll(#[source] Box<Fault>),
        #[error("cannot connect: {0}")]
        Connect(#[source] Box<Fault>),
        #[error("refused")]
        Refused,
    }

    #[test]
    fn each_cause_is_said_once() {
        let refused = Box::new(Fault::Refused);
        let error = Fault::Poll(Box::new(Fault::Connect(refused)));
        assert_eq!(chain(&error), "cannot poll `herald`: cannot connect: refused");
        assert_eq!(chain(&Fault::Refused), "refused");
    }
}
