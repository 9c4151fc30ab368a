//! An invented newsroom on the loopback, to see the whole thing at work with nothing to set up.
