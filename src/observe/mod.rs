//! What one can see of the running program: the log, and error chains printed once.
