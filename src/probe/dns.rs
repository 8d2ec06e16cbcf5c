//! `[[probe.dns]]`: does a name server know a name? Over UDP, asked twice: one datagram may get lost.

use super::connect::{self, Address};
use super::{Called, Fault, Kind, not_known, said, seen, table};
use crate::desk::outcome::Probed;
use crate::desk::probe::Sign;
use crate::desk::rules::written::OneOrMany;
use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

const TIMES: u32 = 2;
/// Larger answers are cut by the server; nobody needs them here.
const LONGEST_ANSWER: usize = 4096;

table! {
    /// A question for the addresses of a name.
    Dns {
        /// The name asked for.
        lookup: String,
        /// Which server.
        server: String,
        /// Default 53.
        port: Option<u16>,
        /// One of these addresses must come; none = any.
        #[serde(default)]
        expect: OneOrMany<String>,
    }
}

impl Dns {
    fn address(&self) -> Address<'_> {
        Address { host: &self.server, port: self.port.unwrap_or(53) }
    }
}

impl Kind for Dns {
    const CALLED: Called = Called { ja: "DNS問合せ", en: "DNS query" };

    fn target(&self) -> String {
        let server = match self.port {
            Some(_) => self.address().to_string(),
            None => self.server.clone(),
        };
        format!("{server} ({})", self.lookup)
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.server.is_empty() || self.server.contains(char::is_whitespace) {
            faults.push(Fault::of("server", "is no host name or IP address: write it like \"10.1.0.53\""));
        }
        if self.lookup.is_empty() || Name::from_utf8(&self.lookup).is_err() {
            faults.push(Fault::of("lookup", "is no name: write it like \"intra.a-town.example\""));
        }
        for text in self.expect.0.iter().filter(|text| text.parse::<IpAddr>().is_err()) {
            faults.push(Fault::of("expect", format!("{text:?} is no IP address")));
        }
        faults
    }

    async fn attempt(&self, deadline: Instant) -> Probed {
        let server = self.address();
        let found = match connect::resolve(server, deadline).await {
            Ok(found) => found,
            Err(why) => return not_known(why),
        };
        let Some(socket) = found.first().copied() else { return not_known(format!("{server}: no address")) };
        let expected: Vec<IpAddr> = self.expect.0.iter().filter_map(|text| text.parse().ok()).collect();
        let kind = if expected.first().is_some_and(IpAddr::is_ipv6) { RecordType::AAAA } else { RecordType::A };
        let question = match Name::from_utf8(&self.lookup) {
            Ok(mut parsed) => {
                parsed.set_fqdn(true);
                Query::query(parsed, kind)
            }
            Err(error) => return not_known(format!("{}: {error}", self.lookup)),
        };
        match exchange(&question, socket, deadline).await {
            Ok(Some(answer)) if answer.metadata.truncation && answer.answers.is_empty() => {
                not_known(format!("{}: the answer does not fit into a datagram", self.lookup))
            }
            Ok(Some(answer)) => meaning(&answer, &expected),
            Ok(None) => seen(Sign::Silent),
            Err(error) => match connect::miss(&error) {
                Some(sign) => seen(sign),
                None => not_known(format!("{server}: {error}")),
            },
        }
    }
}

/// The server's answer; `None` when none came in time.
async fn exchange(question: &Query, server: SocketAddr, deadline: Instant) -> io::Result<Option<Message>> {
    let own: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((own, 0)).await?;
    // Connected: datagrams of others are not taken, and a closed port is told.
    socket.connect(server).await?;
    for nth in 0..TIMES {
        let mut message = Message::query();
        message.metadata.recursion_desired = true;
        message.add_query(question.clone());
        let bytes = message.to_vec().map_err(io::Error::other)?;
        socket.send(&bytes).await?;
        let left = deadline.saturating_duration_since(Instant::now());
        let until = Instant::now() + left / (TIMES - nth);
        let mut buffer = vec![0; LONGEST_ANSWER];
        while let Ok(read) = timeout_at(until, socket.recv(&mut buffer)).await {
            let length = read?;
            let answer = buffer.get(..length).and_then(|bytes| Message::from_vec(bytes).ok());
            // What is no answer to this very question may be forged; it is waited on.
            if let Some(answer) = answer
                && answer.metadata.id == message.metadata.id
                && answer.queries.first() == Some(question)
            {
                return Ok(Some(answer));
            }
        }
    }
    Ok(None)
}

fn meaning(answer: &Message, expected: &[IpAddr]) -> Probed {
    match answer.metadata.response_code {
        ResponseCode::NoError => {}
        ResponseCode::NXDomain => return seen(Sign::NoSuchName),
        code => return said(Sign::Failed, &code.to_string()),
    }
    let addresses: Vec<IpAddr> = answer
        .answers
        .iter()
        .filter_map(|record| match &record.data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        })
        .collect();
    let texts: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    let texts = texts.join(", ");
    if addresses.is_empty() {
        seen(Sign::NoAddress)
    } else if expected.is_empty() || addresses.iter().any(|address| expected.contains(address)) {
        said(Sign::Ok, &texts)
    } else {
        said(Sign::Unexpected, &texts)
    }
}
