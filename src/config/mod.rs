//! What the operator wants: the one path from files to a running configuration.

pub mod live;

pub use live::{Limits, Live};
