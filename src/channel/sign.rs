//! What shows a receiver that a post is ours and of now: the headers of Standard Webhooks.
//!
//! Place: beside `webhook`. Id, moment and body are signed with a secret both ends know, each attempt anew; a receiver
//! refuses what was changed on the way, what was kept and sent again, and what others make up. Not here: reading the
//! secret's file (`config/secret.rs`).
//! Source: the Standard Webhooks specification, version 1 (`v1`: HMAC with SHA-256).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
/// What a secret written in base64 begins with.
const PREFIX: &str = "whsec_";
/// A shorter key is in reach of whoever tries them all. Source: the specification (24 to 64 bytes; longer ones are no danger).
const SHORTEST: usize = 24;

/// The key both ends know.
#[derive(Debug)]
pub(super) struct Key(SecretSlice<u8>);

impl Key {
    /// The key in `text`: behind `whsec_` in base64, else the text's own bytes. Or what is wrong, without showing any of it.
    pub(super) fn of(text: &SecretString) -> Result<Self, String> {
        let text = text.expose_secret();
        let bytes = match text.trim().strip_prefix(PREFIX) {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| {
                format!("holds `{PREFIX}` and no base64 behind it: copy the secret as the receiver shows it")
            })?,
            None => text.as_bytes().to_vec(),
        };
        if bytes.len() < SHORTEST {
            let length = bytes.len();
            return Err(format!(
                "holds a secret of {length} bytes, too short to sign with: {SHORTEST} bytes at least, better 32, \
                 as `{PREFIX}` and base64 or as they are"
            ));
        }
        Ok(Self(bytes.into()))
    }

    /// `v1,` and the signature of `id`, `seconds` and `body`.
    fn signature(&self, id: &str, seconds: &str, body: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).ok()?;
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            mac.update(part);
        }
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// The headers of an attempt made `now`, beside `webhook-id`: the moment, and where there is a key the signature.
pub(super) fn headers(key: Option<&Key>, id: &str, body: &[u8], now: Timestamp) -> HeaderMap {
    let seconds = now.as_second().to_string();
    let signature = key.and_then(|key| key.signature(id, &seconds, body));
    let headers = [(TIMESTAMP, Some(seconds)), (SIGNATURE, signature)];
    headers.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value?).ok()?))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;

    const MOMENT: Timestamp = Timestamp::constant(1_614_265_330, 0);
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn key(text: &str) -> Result<Key, String> {
        Key::of(&SecretString::from(text))
    }

    /// The example every library of Standard Webhooks is tested with.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let headers = headers(Some(&key), ID, BODY, MOMENT);
        assert_eq!(headers[TIMESTAMP], "1614265330");
        assert_eq!(headers[SIGNATURE], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// printf '%s' 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' |
    ///   openssl dgst -sha256 -hmac 'a secret of plain letters, not base64' -binary | base64
    #[test]
    fn a_secret_that_is_no_base64_is_its_own_bytes() {
        let key = key("a secret of plain letters, not base64").unwrap();
        let headers = headers(Some(&key), ID, BODY, MOMENT);
        assert_eq!(headers[SIGNATURE], "v1,MJtoPO/lpcCJb37+lIwVBCasZvVCj+eaRM7hZNjLPOk=");
    }

    #[test]
    fn without_a_secret_the_moment_is_told_and_nothing_signed() {
        let headers = headers(None, ID, BODY, MOMENT);
        assert_eq!((headers.len(), &headers[TIMESTAMP]), (1, &HeaderValue::from_static("1614265330")));
    }

    #[test]
    fn what_is_no_key_is_refused_and_never_shown() {
        for (text, why) in [
            ("whsec_canary!canary!canary!canary!canary", "no base64"),
            ("whsec_Y2FuYXJ5", "of 6 bytes"),
            ("whsec_", "of 0 bytes"),
            ("canary-too-short", "of 16 bytes"),
        ] {
            let said = key(text).unwrap_err();
            assert!(said.contains(why) && !said.contains("canary") && !said.contains("Y2Fu"), "{said}");
        }
        let long = "canary".repeat(20);
        assert!(!format!("{:?}", key(&long).unwrap()).contains("canary"));
        assert!(!format!("{:?}", key(&long).unwrap()).contains("99, 97"), "not as numbers either");
    }
}
