//! Durations in words, as the configuration writes them.

use std::time::Duration;

/// The largest two units: `1d6h`, `15m`, `90s` as `1m30s`, `0s`.
#[must_use]
pub fn duration_in_words(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    if rest == 0 {
        return if duration.is_zero() {
            "0s".to_owned()
        } else {
            format!("{}ms", duration.as_millis())
        };
    }
    let mut words = Vec::new();
    for (unit, seconds) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] {
        if rest >= seconds {
            words.push(format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    words.truncate(2);
    words.concat()
}
