//! The signature of a request, as <https://www.standardwebhooks.com> has it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};

/// What marks a secret that is written in base64.
const PREFIX: &str = "whsec_";

/// The three headers that let the receiver know who sent the body, and when: HMAC-SHA256 over
/// `id.timestamp.body`, the time in seconds since 1970.
pub(super) fn headers(
    secret: &SecretString,
    id: &str,
    body: &[u8],
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let timestamp = now.as_second().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key(secret.expose_secret()));
    let mut signed = format!("{id}.{timestamp}.").into_bytes();
    signed.extend_from_slice(body);
    let signature = BASE64_STANDARD.encode(hmac::sign(&key, &signed));
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", format!("v1,{signature}")),
    ]
}

/// The bytes of a secret: those in base64 behind the prefix, else those of the text.
fn key(secret: &str) -> Vec<u8> {
    let coded = secret.strip_prefix(PREFIX).and_then(|coded| BASE64_STANDARD.decode(coded).ok());
    coded.unwrap_or_else(|| secret.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let headers = headers(
            &SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            br#"{"test": 2432232314}"#,
            Timestamp::from_second(1_614_265_330).unwrap(),
        );
        assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(headers[1].1, "1614265330");
    }

    #[test]
    fn a_plain_secret_is_its_own_key() {
        assert_eq!(key("open sesame"), b"open sesame");
        assert_eq!(key("whsec_%%%"), b"whsec_%%%");
        assert_eq!(key("whsec_AAEC"), [0, 1, 2]);
    }
}
