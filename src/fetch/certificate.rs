//! How a server's certificate is judged where a `ca_file` names certificates of its own, and what is said of one that is refused.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use chrono::DateTime;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::authorities::Authorities;

/// Faults that webpki names for itself alone.
const WEBPKI: &[(&str, &str)] = &[
    (
        "CaUsedAsEndEntity",
        "the server's certificate is self-signed, and this machine does not trust it",
    ),
    (
        "UnsupportedCertVersion",
        "the server's certificate is in the form of 1988 (X.509 version 1), which cannot be judged: `openssl req -x509` makes one of today's",
    ),
];

/// A TLS client that trusts these certificates besides the machine's authorities. `protocols`: what it offers by ALPN.
///
/// # Errors
/// Why none can be made.
pub(super) fn trusting(own: &Authorities, protocols: &[&str]) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(own.certificates().iter().cloned());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
    let verifier = OwnCertificates {
        authorities: verifier.map_err(|error| error.to_string())?,
        own: own.clone(),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    Ok(config)
}

/// Accepts a server's certificate if a certificate authority has signed it, or if the `ca_file` contains that very certificate, byte for
/// byte.
///
/// `openssl req -x509` marks what it makes as an authority's, which webpki then refuses as a server's (newsbeuter #136, #248,
/// selfoss #358). Whoever put a certificate into `ca_file` has vouched for it himself: who issued it and what it says of its use
/// do not matter. Its names and its dates do.
#[derive(Debug)]
struct OwnCertificates {
    authorities: Arc<WebPkiServerVerifier>,
    own: Authorities,
}

impl ServerCertVerifier for OwnCertificates {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged =
            self.authorities
                .verify_server_cert(certificate, intermediates, name, ocsp, now);
        let is_own = self.own.certificates().contains(certificate);
        match judged {
            // webpki looks at the dates first: what fails otherwise was within them (a case of `tests/it/fetch/tls.rs`).
            Err(Error::InvalidCertificate(why)) if is_own && !is_of_dates(&why) => {
                verify_own_name(certificate, name)?;
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Whether a certificate is refused because of its dates, or cannot be read as far as them.
fn is_of_dates(why: &CertificateError) -> bool {
    matches!(
        why,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
            | CertificateError::BadEncoding
    )
}

/// The names in a certificate: its subject alternative names. One of our own without any may have its common name alone, as
/// certificates made by hand do; RFC 9525 §2 forbids that to public authorities only by forbidding it to everybody.
fn verify_own_name(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
    let refused = match verify_server_name(&ParsedCertificate::try_from(certificate)?, name) {
        Ok(()) => return Ok(()),
        Err(refused) => refused,
    };
    let has_names = !matches!(
        &refused,
        Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. })
            if presented.is_empty()
    );
    let common = common_name(certificate).filter(|_| !has_names);
    match common.is_some_and(|common| common.eq_ignore_ascii_case(name.to_str().as_bytes())) {
        true => Ok(()),
        false => Err(refused),
    }
}

/// The last common name of a certificate's subject (RFC 5280 §4.1).
fn common_name(certificate: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const SET: u8 = 0x31;
    const VERSION: u8 = 0xA0;
    const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    // Serial number, signature algorithm, issuer, validity; then the subject.
    for _ in 0..4 {
        rest = element(rest)?.2;
    }
    let (SEQUENCE, mut parts, _) = element(rest)? else {
        return None;
    };
    let mut found = None;
    while let Some((SET, part, others)) = element(parts) {
        let (_, attribute, _) = element(part)?;
        let (_, kind, value) = element(attribute)?;
        if kind == COMMON_NAME {
            found = element(value).map(|(_, value, _)| value);
        }
        parts = others;
    }
    found
}

/// The first element of DER: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        // No certificate has 16 MiB.
        let digits = usize::from(first & 0x7F);
        if !(1..=3).contains(&digits) {
            return None;
        }
        length = 0;
        for &digit in rest.get(..digits)? {
            length = length << 8 | usize::from(digit);
        }
        rest = rest.get(digits..)?;
    }
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}

/// Why a certificate was refused, for a person; `None`: this error is about something else.
pub(super) fn told(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut error = error;
    // An I/O error passes over what it wraps in its chain of sources.
    while let Some(inner) = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        error = inner;
    }
    match error.downcast_ref::<Error>()? {
        Error::InvalidCertificate(why) => Some(in_words(why)),
        _ => None,
    }
}

fn in_words(why: &CertificateError) -> String {
    let day = |at: &UnixTime| {
        let seconds = i64::try_from(at.as_secs()).ok();
        let at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        at.map_or_else(String::new, |at| format!(" {}", at.format("%Y-%m-%d")))
    };
    match why {
        CertificateError::Expired => "the server's certificate has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("the server's certificate expired on{}", day(not_after))
        }
        CertificateError::NotValidYet => "the server's certificate is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "the server's certificate is not valid before{}; is this machine's clock right?",
            day(not_before)
        ),
        CertificateError::UnknownIssuer => {
            "the server's certificate is from an issuer that this machine does not trust, or it is self-signed"
                .to_owned()
        }
        CertificateError::NotValidForName => {
            "the server's certificate is for another name".to_owned()
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let expected = expected.to_str();
            match presented.as_slice() {
                [] => format!("the server's certificate names no host, so it is not for {expected}"),
                _ => format!(
                    "the server's certificate is not for {expected}, but for {}",
                    listed(presented)
                ),
            }
        }
        CertificateError::Revoked => "the server's certificate was revoked".to_owned(),
        CertificateError::BadSignature => {
            "the signature of the server's certificate is wrong".to_owned()
        }
        CertificateError::BadEncoding => "the server's certificate cannot be read".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the server's certificate is not meant for servers".to_owned()
        }
        CertificateError::Other(other) => {
            let name = other.to_string();
            let known = WEBPKI.iter().find(|(known, _)| name.contains(known));
            known.map_or_else(
                || format!("the server's certificate was refused ({name})"),
                |(_, what)| (*what).to_owned(),
            )
        }
        other => format!("the server's certificate was refused ({other})"),
    }
}

/// The names in a certificate, as far as a line can hold them. The library writes them as `DnsName("x.example")`.
fn listed(presented: &[String]) -> String {
    /// A certificate may have hundreds.
    const TOLD: usize = 3;
    let plain = |name: &String| {
        let inner = name
            .split_once('(')
            .and_then(|(_, inner)| inner.strip_suffix(')'));
        let inner = inner.unwrap_or(name).trim_matches('"');
        inner.escape_debug().to_string()
    };
    let told: Vec<String> = presented.iter().take(TOLD).map(plain).collect();
    let more = match presented.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    told.join(", ") + &more
}
