//! Where commands write: results to stdout, remarks to stderr.

use std::io::Write;

/// Writes a result.
pub(super) fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// A line on stderr, beside the result on stdout.
pub(super) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "mainstem: {text}");
}
