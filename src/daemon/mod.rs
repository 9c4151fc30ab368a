//! The loops that turn the pipeline on.
