//! Addresses as people hand them over.

use std::borrow::Cow;

/// Schemes that programs register for themselves, so that a click on an address opens them.
const READERS: &[&str] = &["feed", "pcast", "itpc"];

/// The address behind a reader's own scheme, in any case: `feed:https://x` is `https://x`, and `feed://x` is `http://x`, as in the
/// draft of the `feed` scheme; `pcast:` and `itpc:` are the same for podcasts. Browsers hand addresses over in these forms
/// (Vienna #1172, feedjira #210). What has none of them stays as it is, and so does what is no address behind them.
#[must_use]
pub fn plain_address(written: &str) -> Cow<'_, str> {
    let as_is = Cow::Borrowed(written);
    let Some((scheme, behind)) = written.trim().split_once(':') else {
        return as_is;
    };
    if !READERS
        .iter()
        .any(|reader| reader.eq_ignore_ascii_case(scheme))
    {
        return as_is;
    }
    let address = behind.strip_prefix("//").unwrap_or(behind);
    for scheme in ["http://", "https://"] {
        if let Some((start, rest)) = address.split_at_checked(scheme.len())
            && start.eq_ignore_ascii_case(scheme)
        {
            return Cow::Owned(format!("{scheme}{rest}"));
        }
    }
    match behind.starts_with("//") && !address.is_empty() {
        true => Cow::Owned(format!("http://{address}")),
        false => as_is,
    }
}
