//! From where a request comes, for limits on tries: the connection's other end, or, behind proxies that the operator
//! trusts, the address that they say they forward.

use crate::App;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use ipnet::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

/// The header by which proxies say whom they forward: every proxy adds the address it was asked from at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// From where a request comes; `None` if the connection has no address, as inside a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub Option<IpAddr>);

impl FromRequestParts<App> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = connected.map(|ConnectInfo(address)| address.ip());
        Ok(Self(address.map(|address| {
            behind_proxies(address, &parts.headers, &app.trusted_proxies)
        })))
    }
}

/// Goes from the connection's other end back over proxies that are trusted, to the first address that is none of them.
/// What anybody else wrote into the header is not looked at.
fn behind_proxies(connected: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut address = connected.to_canonical();
    let lines = headers.get_all(FORWARDED_FOR);
    let forwarded: Vec<&str> = lines
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.into_iter().rev() {
        if !is_trusted(address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

/// What an address is limited as: itself, or of IPv6 the network that one customer of a provider has to itself.
#[must_use]
pub fn limited_as(address: IpAddr) -> String {
    match address {
        IpAddr::V4(_) => address.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    use super::*;

    fn found(connected: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        behind_proxies(connected.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_forwarding_header_of_somebody_who_is_not_trusted_is_ignored() {
        assert_eq!(found("198.51.100.7", &["203.0.113.9"], &[]), "198.51.100.7");
        assert_eq!(found("198.51.100.7", &["203.0.113.9"], &["10.0.0.0/8"]), "198.51.100.7");
    }

    #[test]
    fn behind_trusted_proxies_the_last_address_that_they_saw_counts_and_nothing_before_it() {
        let trusted = &["10.0.0.0/8", "127.0.0.1/32"];
        assert_eq!(found("127.0.0.1", &["203.0.113.9"], trusted), "203.0.113.9");
        assert_eq!(
            found("127.0.0.1", &["1.1.1.1, 203.0.113.9", "10.0.0.3"], trusted),
            "203.0.113.9"
        );
        assert_eq!(found("127.0.0.1", &["203.0.113.9, nonsense"], trusted), "127.0.0.1");
        assert_eq!(found("::ffff:127.0.0.1", &["203.0.113.9"], trusted), "203.0.113.9");
        assert_eq!(found("127.0.0.1", &[], trusted), "127.0.0.1");
    }

    #[test]
    fn all_of_one_ipv6_network_is_limited_as_one() {
        let limited = |address: &str| limited_as(address.parse().unwrap());
        assert_eq!(limited("2001:db8:1:2:3::4"), limited("2001:db8:1:2::9"));
        assert_ne!(limited("2001:db8:1:2::9"), limited("2001:db8:1:3::9"));
    }
}
