//! Certificate authorities: the machine's own, and those of a `ca_file`.

use std::path::Path;

use reqwest::Certificate;

/// What to say where the machine has no certificate authorities at all.
pub const NO_AUTHORITIES: &str = "this machine has no CA certificates, so no https source can be asked: \
                                  install the package ca-certificates, then restart mainstem";

/// Whether the machine trusts any certificate authority, by the files that OpenSSL would read or that `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` name.
#[must_use]
pub fn has_authorities() -> bool {
    !rustls_native_certs::load_native_certs().certs.is_empty()
}

/// Reads a PEM file of certificate authorities.
///
/// # Errors
/// What is wrong with it, with its path.
pub fn read_authorities(path: &Path) -> Result<Vec<Certificate>, String> {
    let wrong = |what: String| format!("{}: {what}", path.display());
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(authorities) if authorities.is_empty() => {
            Err(wrong("holds no certificate in PEM form".to_owned()))
        }
        Ok(authorities) => Ok(authorities),
        Err(error) => Err(wrong(error.to_string())),
    }
}
