//! Which addresses a webhook may be sent to.
//!
//! Place: asked with the address that is really connected to, after the name was resolved, so that a name that changes
//! its address between check and use gains nothing. Not here: mail servers, which stand wherever the administrator says.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What is allowed for one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// The destination is this machine by its name; only then may it be this machine by its address.
    pub(super) loopback: bool,
    /// Private ranges are allowed.
    pub(super) private: bool,
}

/// No address of this name may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("{host} has the address {address}, which {why}")]
pub(super) struct Denied {
    host: String,
    address: IpAddr,
    why: &'static str,
}

impl Reach {
    /// Says why `address` of `host` may not be connected to.
    pub(super) fn check(self, host: &str, address: IpAddr) -> Result<(), Denied> {
        let why = match kind(address) {
            Kind::Public => return Ok(()),
            Kind::Loopback if self.loopback => return Ok(()),
            Kind::Private if self.private => return Ok(()),
            Kind::Loopback => "is this machine; a webhook to this machine must be configured as 127.0.0.1 or localhost",
            Kind::Private => {
                "is a private one; set allow_private = true if the destination really stands in our own network"
            }
            Kind::Never => "is never a destination (link-local, metadata service, multicast or unspecified)",
        };
        Err(Denied { host: host.to_owned(), address, why })
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let mut denied = None;
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|one| match reach.check(host, one.ip()) {
                    Ok(()) => true,
                    Err(error) => {
                        denied = Some(error);
                        false
                    }
                })
                .collect();
            match denied {
                // One address that is not allowed is enough: a mixture is what a rebinding name looks like.
                Some(denied) => Err(denied.into()),
                None => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    Loopback,
    Never,
}

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind_v4(v4),
        IpAddr::V6(v6) => kind_v6(v6),
    }
}

fn kind_v4(v4: Ipv4Addr) -> Kind {
    let [a, b, ..] = v4.octets();
    if v4.is_loopback() {
        return Kind::Loopback;
    }
    // 100.100.100.200 and 192.0.0.192 are metadata services of clouds that stand outside 169.254/16.
    let metadata = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)].contains(&v4);
    if a == 0 || a >= 224 || v4.is_link_local() || metadata {
        return Kind::Never;
    }
    let carrier = a == 100 && (64..128).contains(&b);
    if v4.is_private() || carrier || (a == 198 && (18..20).contains(&b)) { Kind::Private } else { Kind::Public }
}

fn kind_v6(v6: Ipv6Addr) -> Kind {
    let s = v6.segments();
    // IPv4 written as IPv6: mapped, NAT64, 6to4. What counts is the address inside.
    let tail = Ipv4Addr::from((u32::from(s[6]) << 16) | u32::from(s[7]));
    if let Some(v4) = v6.to_ipv4_mapped() {
        return kind_v4(v4);
    }
    if v6.is_loopback() {
        return Kind::Loopback;
    }
    match s {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => kind_v4(tail),
        [0x2002, high, low, ..] => kind_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] => Kind::Never,
        // ::/96 but loopback, link-local, multicast.
        [0, 0, 0, 0, 0, 0, ..] => Kind::Never,
        [first, ..] if first & 0xffc0 == 0xfe80 || first & 0xff00 == 0xff00 => Kind::Never,
        [first, ..] if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfec0 => Kind::Private,
        _ => Kind::Public,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
    use super::*;

    #[test]
    fn every_kind_of_address_is_known_in_each_of_its_spellings() {
        for (address, expected) in [
            ("198.51.100.7", Kind::Public),
            ("2001:db8::1", Kind::Public),
            ("100.63.255.255", Kind::Public),
            ("10.0.0.1", Kind::Private),
            ("172.16.0.1", Kind::Private),
            ("192.168.1.1", Kind::Private),
            ("100.64.0.1", Kind::Private),
            ("fd12::1", Kind::Private),
            ("::ffff:10.0.0.1", Kind::Private),
            ("64:ff9b::c0a8:101", Kind::Private),
            ("2002:c0a8:101::1", Kind::Private),
            ("127.0.0.1", Kind::Loopback),
            ("127.8.9.1", Kind::Loopback),
            ("::1", Kind::Loopback),
            ("::ffff:127.0.0.1", Kind::Loopback),
            ("169.254.169.254", Kind::Never),
            ("::ffff:169.254.169.254", Kind::Never),
            ("64:ff9b::a9fe:a9fe", Kind::Never),
            ("2002:a9fe:a9fe::", Kind::Never),
            ("fd00:ec2::254", Kind::Never),
            ("fe80::1", Kind::Never),
            ("100.100.100.200", Kind::Never),
            ("0.0.0.0", Kind::Never),
            ("::", Kind::Never),
            ("::127.0.0.1", Kind::Never),
            ("224.0.0.1", Kind::Never),
            ("255.255.255.255", Kind::Never),
            ("ff02::1", Kind::Never),
        ] {
            assert_eq!(kind(address.parse().unwrap()), expected, "{address}");
        }
    }

    // P17
    #[tokio::test]
    async fn a_name_that_points_to_this_machine_is_denied_unless_it_was_meant() {
        let ask = |reach: Reach| async move { reach.resolve("localhost".parse().unwrap()).await.map(|a| a.count()) };
        let error = ask(Reach { loopback: false, private: true }).await.unwrap_err();
        assert!(error.is::<Denied>(), "{error}");
        assert!(ask(Reach { loopback: true, private: false }).await.unwrap() > 0);
    }
}
