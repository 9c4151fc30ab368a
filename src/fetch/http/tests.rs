//! TLS and HTTP/2, with a certificate of our own.
