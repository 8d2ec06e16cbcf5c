//! `[[probe.tls]]`: a TLS handshake, watched: which certificate was shown, and what is wrong with it.
//!
//! Time is looked at before trust, so that an expired certificate is called expired whoever issued it. An issuer that
//! is not known here speaks against the server only where the administrator named the CA it should be: an inner CA that
//! nobody told us about is our gap, not its fault.

use super::connect::{Address, Miss, connect};
use super::{Called, Fault, Kind, host_faults, line, not_known, seen, table};
use crate::desk::outcome::Probed;
use crate::desk::probe::{Certificate, Seen, Sign};
use crate::desk::rules::written::OneOrMany;
use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use x509_parser::extensions::GeneralName;

/// So many of the names in a certificate are kept.
const MOST_NAMES: usize = 10;

table! {
    /// A handshake.
    Tls {
        /// Host name or IP address.
        host: String,
        /// Default 443.
        port: Option<u16>,
        /// The name the certificate must be good for; default: the host.
        server_name: Option<String>,
        /// Own CAs (PEM), trusted beside those of this machine.
        ca_file: Option<PathBuf>,
        /// Who gets 予防通知 beside the desk.
        #[serde(default)]
        tell: OneOrMany<String>,
    }
}

impl Tls {
    fn address(&self) -> Address<'_> {
        Address { host: &self.host, port: self.port.unwrap_or(443) }
    }

    fn server_name(&self) -> &str {
        self.server_name.as_deref().unwrap_or(&self.host)
    }
}

impl Kind for Tls {
    const CALLED: Called = Called { ja: "TLS接続", en: "TLS handshake" };

    fn target(&self) -> String {
        self.address().to_string()
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = host_faults(&self.host, self.port.unwrap_or(443));
        if ServerName::try_from(self.server_name()).is_err() && faults.is_empty() {
            faults.push(Fault::of("server_name", "is no name a certificate could be good for"));
        }
        faults.extend(ca_faults(self.ca_file.as_deref()));
        faults
    }

    fn watched_by(&self) -> Option<&[String]> {
        Some(&self.tell.0)
    }

    fn files(&mut self) -> Option<&mut PathBuf> {
        self.ca_file.as_mut()
    }

    async fn attempt(&self, deadline: Instant) -> Probed {
        let (config, watch) = match prepare(self.ca_file.as_deref()).await {
            Ok(prepared) => prepared,
            Err(why) => return not_known(why),
        };
        let name = match ServerName::try_from(self.server_name().to_owned()) {
            Ok(name) => name,
            Err(error) => return not_known(format!("{}: {error}", self.server_name())),
        };
        let stream = match connect(self.address(), deadline).await {
            Ok(stream) => stream,
            Err(Miss::Theirs(sign)) => return seen(sign),
            Err(Miss::NotKnown(why)) => return not_known(why),
        };
        let shaken = timeout_at(deadline, TlsConnector::from(Arc::new(config)).connect(name, stream)).await;
        let (sign, said) = match shaken {
            Ok(Ok(_)) => (Sign::Ok, String::new()),
            Ok(Err(error)) => (Sign::Broken, line(&error.to_string())),
            Err(_) => (Sign::NoAnswer, String::new()),
        };
        match watch.verdict() {
            Verdict::OurGap(why) => not_known(why),
            Verdict::Fault(certificate, sign) => {
                Probed::Seen(Seen { sign, said: String::new(), certificate: Some(certificate) })
            }
            Verdict::Sound(certificate) => Probed::Seen(Seen { sign, said, certificate }),
        }
    }
}

/// What is wrong with a `ca_file`.
pub(super) fn ca_faults(path: Option<&Path>) -> Vec<Fault> {
    let read = path.map(own_authorities);
    read.and_then(Result::err).map(|why| Fault::of("ca_file", why)).into_iter().collect()
}

/// What the handshake showed of the certificate.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    /// Nothing is wrong with it; `None` = none was shown.
    Sound(Option<Certificate>),
    /// This is wrong with it.
    Fault(Certificate, Sign),
    /// Whether it is trusted cannot be told from here.
    OurGap(String),
}

/// A configuration for one connection, and the watch that tells afterwards what was seen.
pub(super) async fn prepare(ca_file: Option<&Path>) -> Result<(ClientConfig, Arc<Watch>), String> {
    let ca_file = ca_file.map(Path::to_owned);
    // The lists of this machine are read anew, so that a CA that was added counts at once.
    let roots = tokio::task::spawn_blocking(move || roots(ca_file.as_deref())).await;
    let (roots, own) = roots.map_err(|error| error.to_string())??;
    let provider = Arc::new(ring::default_provider());
    let chain = if roots.is_empty() {
        None
    } else {
        let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
        Some(built.map_err(|error| error.to_string())?)
    };
    let watch = Arc::new(Watch { chain, own, provider: provider.clone(), verdict: Mutex::new(Verdict::Sound(None)) });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(watch.clone())
        .with_no_client_auth();
    Ok((config, watch))
}

/// The CAs of this machine and those of `ca_file`; whether there is such a file.
fn roots(ca_file: Option<&Path>) -> Result<(RootCertStore, bool), String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let Some(path) = ca_file else { return Ok((roots, false)) };
    for certificate in own_authorities(path)? {
        roots.add(certificate).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok((roots, true))
}

/// The certificates in a `ca_file`, at least one; or in one line why not.
fn own_authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match read {
        Ok(certificates) if certificates.is_empty() => Err(format!("{name} holds no certificate in PEM form")),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// Verifies as usual and remembers what it saw.
#[derive(Debug)]
pub(super) struct Watch {
    /// `None` = this machine trusts nobody.
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// The administrator named the CAs.
    own: bool,
    provider: Arc<CryptoProvider>,
    verdict: Mutex<Verdict>,
}

impl Watch {
    pub(super) fn verdict(&self) -> Verdict {
        self.verdict.lock().map_or_else(|poisoned| poisoned.into_inner().clone(), |verdict| verdict.clone())
    }

    fn note(&self, verdict: Verdict) {
        *self.verdict.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = verdict;
    }

    fn fault(&self, certificate: &Certificate, error: &Error) -> Verdict {
        let untrusted = || match self.own {
            true => Verdict::Fault(certificate.clone(), Sign::Untrusted),
            false => Verdict::OurGap(format!(
                "the issuer of its certificate ({}) is not among the CAs of this machine; name its CA as ca_file",
                certificate.issuer
            )),
        };
        match error {
            Error::InvalidCertificate(CertificateError::NotValidForName)
            | Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. }) => {
                Verdict::Fault(certificate.clone(), Sign::WrongName)
            }
            Error::InvalidCertificate(CertificateError::UnknownIssuer) => untrusted(),
            _ => Verdict::Fault(certificate.clone(), Sign::Untrusted),
        }
    }
}

impl ServerCertVerifier for Watch {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some((certificate, not_before)) = read(end_entity) else {
            return Err(Error::InvalidCertificate(CertificateError::BadEncoding));
        };
        let now_second = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let (verdict, checked) = if now_second > certificate.not_after.as_second() {
            let error = Error::InvalidCertificate(CertificateError::Expired);
            (Verdict::Fault(certificate, Sign::Expired), Err(error))
        } else if now_second < not_before {
            let error = Error::InvalidCertificate(CertificateError::NotValidYet);
            (Verdict::Fault(certificate, Sign::NotYetValid), Err(error))
        } else {
            let unknown = || Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
            let verify = |chain: &Arc<WebPkiServerVerifier>| {
                chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            };
            match self.chain.as_ref().map_or_else(unknown, verify) {
                Ok(verified) => (Verdict::Sound(Some(certificate)), Ok(verified)),
                Err(error) => (self.fault(&certificate, &error), Err(error)),
            }
        };
        self.note(verdict);
        checked
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What people go by, and the first good second.
fn read(der: &CertificateDer<'_>) -> Option<(Certificate, i64)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
    let name = |name: &x509_parser::x509::X509Name<'_>| {
        let common = name.iter_common_name().next().and_then(|part| part.as_str().ok());
        line(&common.map_or_else(|| name.to_string(), str::to_owned))
    };
    let validity = parsed.validity();
    // "For ever" (the end of the year 9999) lies beyond what we can say; the last moment we can is as good.
    let not_after = Timestamp::from_second(validity.not_after.timestamp()).unwrap_or(Timestamp::MAX);
    let alternatives = parsed.subject_alternative_name().ok().flatten();
    let names = alternatives.iter().flat_map(|extension| &extension.value.general_names);
    let names = names.filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(line(name)),
        _ => None,
    });
    let (subject, issuer) = (name(parsed.subject()), name(parsed.issuer()));
    let certificate = Certificate { subject, names: names.take(MOST_NAMES).collect(), issuer, not_after };
    Some((certificate, validity.not_before.timestamp()))
}
