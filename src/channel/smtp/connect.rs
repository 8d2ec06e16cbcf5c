//! From nothing to a server that is ready for mail: TCP, TLS, login.
//!
//! Place: before `speak`. Nothing of a mail has been said when something fails here, so every failure surely delivered
//! nothing. Not here: keeping connections.

use super::lines::Lines;
use super::{Smtp, Tls, is_this_machine};
use crate::channel::cause::{chain, find};
use crate::channel::header::header;
use crate::desk::outcome::{Delivery, Refused};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use secrecy::ExposeSecret;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A name may have many addresses; so many are tried.
const MOST_ADDRESSES: usize = 4;

pub(super) async fn open(smtp: &Smtp) -> Result<AsyncSmtpConnection, Delivery> {
    let config = &smtp.config;
    let mut connection = greeted(smtp).await?;
    if let (Tls::RequiredStarttls, Some(tls)) = (config.tls, &smtp.tls) {
        if !connection.can_starttls() {
            return Err(Delivery::Refused {
                what: Refused::Destination,
                why: format!(
                    "{}: the server does not offer STARTTLS, or somebody on the way removed the offer; nothing was sent. \
                     Check the port, or use tls = \"implicit\"",
                    config.host
                ),
            });
        }
        let secured = timeout(config.command_timeout.0, connection.starttls(tls.clone(), &smtp.hello)).await;
        secured
            .map_err(|_| late(&config.host, "STARTTLS"))?
            .map_err(|error| fault(&config.host, "STARTTLS", &error))?;
    }
    log_in(smtp, &mut connection).await?;
    Ok(connection)
}

/// A server that answered our greeting, at the first of its addresses that can be reached.
async fn greeted(smtp: &Smtp) -> Result<AsyncSmtpConnection, Delivery> {
    let config = &smtp.config;
    let port = config.port.unwrap_or(match config.tls {
        Tls::RequiredStarttls => 587,
        Tls::Implicit => 465,
        Tls::None => 25,
    });
    let nobody = |why: String| Delivery::Unreachable { why: format!("{}:{port}: {why}", config.host) };
    let found = timeout(config.connect_timeout.0, tokio::net::lookup_host((config.host.as_str(), port))).await;
    let found = found.map_err(|_| nobody("the name was not resolved in time".to_owned()))?;
    let mut last = nobody("the name has no address".to_owned());
    for address in found.map_err(|error| nobody(error.to_string()))?.take(MOST_ADDRESSES) {
        let greeted = match (config.tls, &smtp.tls) {
            (Tls::Implicit, Some(tls)) => greet_in_tls(smtp, tls.clone(), address).await,
            _ => greet(smtp, address).await,
        };
        match greeted {
            Err(Delivery::Unreachable { why }) => last = nobody(why),
            answered => return answered,
        }
    }
    Err(last)
}

async fn greet(smtp: &Smtp, address: SocketAddr) -> Result<AsyncSmtpConnection, Delivery> {
    let config = &smtp.config;
    let stream = match timeout(config.connect_timeout.0, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(Delivery::Unreachable { why: error.to_string() }),
        Err(_) => return Err(Delivery::Unreachable { why: "no connection in time".to_owned() }),
    };
    // Commands are small and answered one by one: held back for more to say (Nagle), the end of each mail would wait for the
    // server's delayed acknowledgement, 40 ms and more. Where it cannot be set it is only slower.
    let _ = stream.set_nodelay(true);
    let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(Lines::new(stream)), &smtp.hello);
    let greeting = timeout(config.command_timeout.0, greeting).await.map_err(|_| late(&config.host, "greeting"))?;
    greeting.map_err(|error| fault(&config.host, "greeting", &error))
}

/// The library makes this connection itself; what the system said about TCP has to be read out of its error.
async fn greet_in_tls(smtp: &Smtp, tls: TlsParameters, address: SocketAddr) -> Result<AsyncSmtpConnection, Delivery> {
    let config = &smtp.config;
    let connect = config.connect_timeout.0;
    let greeting = AsyncSmtpConnection::connect_tokio1(address, Some(connect), &smtp.hello, Some(tls), None);
    let greeting = timeout(connect + config.command_timeout.0, greeting).await;
    greeting.map_err(|_| late(&config.host, "TLS and greeting"))?.map_err(|error| {
        if is_nobody(&error) {
            return Delivery::Unreachable { why: header(&error.to_string()) };
        }
        fault(&config.host, "greeting", &error)
    })
}

async fn log_in(smtp: &Smtp, connection: &mut AsyncSmtpConnection) -> Result<(), Delivery> {
    let config = &smtp.config;
    let (Some(user), Some(password)) = (&config.user, &smtp.password) else {
        return Ok(());
    };
    // `new` allowed no TLS only for this machine or by `allow_plain`; a password goes no other way in clear.
    if !connection.is_encrypted() && !is_this_machine(&config.host) && !config.allow_plain {
        let why = format!("{}: the password is not sent without TLS", config.host);
        return Err(Delivery::Refused { what: Refused::Destination, why });
    }
    let credentials =
        Credentials::new(user.clone(), password.expose_secret().trim_end_matches(['\r', '\n']).to_owned());
    let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
    match timeout(config.command_timeout.0, login).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(fault(&config.host, "login", &error)),
        Err(_) => Err(late(&config.host, "login")),
    }
}

/// A server that takes the connection and says nothing is as good as none: what is urgent takes another.
fn late(host: &str, what: &str) -> Delivery {
    Delivery::Unreachable { why: format!("{host}: no answer in time ({what})") }
}

/// What a failure before the first word of a mail means. Where the server or TLS itself said no (certificate, name,
/// login), an administrator must look: the same again would not help, and could lock the account.
fn fault(host: &str, what: &str, error: &Error) -> Delivery {
    let why = header(&format!("{host}: {what}: {error}"));
    if error.is_permanent() || error.is_client() || error.is_tls() || find::<rustls::Error>(error).is_some() {
        return Delivery::Refused { what: Refused::Destination, why };
    }
    // It asks to come back later (421, 450); else the connection broke, or what came was no answer.
    if error.is_transient() {
        return Delivery::Later { why, after: None };
    }
    Delivery::Unreachable { why }
}

/// The system said that there is nobody at this address.
fn is_nobody(error: &Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| {
        matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable | AddrNotAvailable | TimedOut)
    })
}
