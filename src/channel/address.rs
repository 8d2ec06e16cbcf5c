//! Mail addresses: which ones we can send to, and what to tell whoever configured one we cannot.
//!
//! Place: the configuration calls [`check_address`], the mail and SMTP channels parse with the same rule. Not here:
//! whether anybody reads mail there; only the server can say.

use lettre::Address;

/// Says why mail cannot be sent to `address`, in a sentence for whoever wrote the configuration.
///
/// Stricter than RFC 5321 in two points: no quoted local part and none outside ASCII, because many servers take neither.
pub fn check_address(address: &str) -> Result<(), String> {
    parse_address(address).map(drop)
}

/// The address as it is put on the wire: a domain outside ASCII is written as its A-label (`xn--…`).
pub(crate) fn parse_address(address: &str) -> Result<Address, String> {
    let say =
        |what: &str| Err(format!("`{}` cannot be used as a mail address: {what}", super::header::header(address)));
    let Some((local, domain)) = address.rsplit_once('@') else {
        return say("there is no @ in it");
    };
    if local.is_empty() || domain.is_empty() {
        return say("something must stand on both sides of the @");
    }
    if local.len() > 64 || address.len() > 254 {
        return say("it is too long (at most 64 characters before the @, 254 in all)");
    }
    if local.contains("..") {
        return say(
            "two dots in a row before the @ are against the mail standard (some old mobile addresses have them) and \
             most servers refuse them; use another address of this person",
        );
    }
    if local.starts_with('.') || local.ends_with('.') {
        return say(
            "a dot at the beginning or just before the @ is against the mail standard (some old mobile addresses have \
             it) and most servers refuse it; use another address of this person",
        );
    }
    if !local.is_ascii() {
        return say("only ASCII characters can stand before the @");
    }
    if let Some(wrong) = local.chars().find(|c| !c.is_ascii_alphanumeric() && !"!#$%&'*+-/=?^_`{|}~.".contains(*c)) {
        return say(&format!("{wrong:?} cannot stand before the @; write the bare address, the name has its own key"));
    }
    let Some(domain) = ascii_domain(domain) else {
        return say("what stands behind the @ is not the name of a mail domain");
    };
    Address::new(local, &domain).or_else(|error| say(&error.to_string()))
}

fn ascii_domain(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        let plain = domain.chars().all(|c| c.is_ascii_alphanumeric() || "-.[]:".contains(c));
        return plain.then(|| domain.to_owned());
    }
    // The URL parser of the HTTP library brings the IDNA rules; a second crate for them is not needed.
    let url = reqwest::Url::parse(&format!("http://{domain}/")).ok()?;
    let alone = url.path() == "/" && url.port().is_none() && url.username().is_empty() && url.query().is_none();
    url.host_str().filter(|_| alone && !domain.contains(['/', '\\', '#', '?', '%'])).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn good_addresses_pass_and_a_japanese_domain_becomes_an_a_label() {
        for good in ["noc@n.example", "a.b+c@sub.n.example", "x_y@city.a-town.lg.jp", "root@localhost", "u@[192.0.2.1]"]
        {
            assert_eq!(parse_address(good).map(|a| a.to_string()), Ok(good.to_owned()));
        }
        assert_eq!(parse_address("info@日本語.jp").unwrap().to_string(), "info@xn--wgv71a119e.jp");
    }

    #[test]
    fn what_cannot_be_sent_to_is_explained() {
        for (bad, why) in [
            ("a..b@mobile.example", "two dots in a row"),
            ("a.@mobile.example", "a dot at the beginning or just before the @"),
            (".a@mobile.example", "a dot at the beginning"),
            ("nobody", "no @"),
            ("@n.example", "both sides"),
            ("情報@n.example", "only ASCII"),
            ("N社 <noc@n.example>", "only ASCII"),
            ("NOC <noc@n.example>", "cannot stand before the @"),
            ("a@n.example\r\nRCPT TO:<b@n.example>", "cannot stand before the @"),
            ("a@n.example\r\nDATA", "not the name of a mail domain"),
            ("a@n.example>", "not the name of a mail domain"),
            ("a@日本.jp/x", "not the name of a mail domain"),
            ("\"a b\"@n.example", "cannot stand before the @"),
        ] {
            let said = check_address(bad).unwrap_err();
            assert!(said.contains(why), "{bad}: {said}");
            assert!(!said.contains(['\r', '\n']), "{said}");
        }
    }

    proptest! {
        #[test]
        fn an_address_that_passes_cannot_carry_a_second_command(text in "(\\PC|[ \r\n<>,@.a]){0,60}") {
            if let Ok(address) = parse_address(&text) {
                let wire = address.to_string();
                prop_assert!(wire.is_ascii() && !wire.contains([' ', '\r', '\n', '<', '>', ',', '"']));
            }
        }
    }
}
