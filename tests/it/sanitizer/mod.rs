//! Laws of the sanitizer, held on HTML that means harm: what stays is what may stay, however it is read; a second pass
//! changes nothing; and where there is a short way it leads to the same place.

use mainstem::text::{html_to_text, plain_line, sanitize, sanitize_by_parser, sanitize_by_walk};
use proptest::prelude::{any, prop};
use proptest::test_runner::{Config, TestRunner};
use url::Url;

use writer::Writer;

mod dice;
mod pieces;
mod policy;
mod well_nested;
mod witness;
mod writer;

/// Longer HTML is cut.
const MAX_BYTES: usize = 1024 * 1024;
/// Inputs a run: a few seconds.
const CASES: u32 = 3000;

/// The first law that is broken, in words. Whether there was a short way.
fn hold(html: &str, base: Option<&Url>) -> Result<bool, String> {
    let safe = sanitize(html, base);
    let objections = witness::objections(&safe);
    if !objections.is_empty() {
        return Err(format!("it lets through {objections:?}: {safe:?}"));
    }
    for base in [base, None] {
        let again = sanitize(&safe, base);
        if again != safe {
            return Err(format!(
                "sanitized twice is another: {safe:?} then {again:?}"
            ));
        }
    }
    if safe.len() > MAX_BYTES {
        return Err(format!("{} bytes", safe.len()));
    }
    if let Some(c) = (safe.chars().chain(html_to_text(&safe).chars()))
        .find(|c| matches!(c, '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}'))
    {
        return Err(format!("{c:?} in {safe:?}"));
    }
    let line = plain_line(html);
    if line.len() < 4096 && plain_line(&line.replace('&', "&amp;").replace('<', "&lt;")) != line {
        return Err(format!("another line: {line:?}"));
    }
    let Some(short) = sanitize_by_walk(html, base) else {
        return Ok(false);
    };
    match sanitize_by_parser(html, base) {
        Some(long) if long != short => Err(format!(
            "the short way leads to {short:?}, the long one to {long:?}"
        )),
        _ => Ok(true),
    }
}

#[test]
fn hostile_html_keeps_the_laws() {
    let base = Url::parse("https://host.example/dir/page?q").expect("a URL");
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let short = std::cell::Cell::new(0_u32);
    let dice = (prop::collection::vec(any::<u8>(), 0..160), any::<bool>());
    let law = |(dice, has_base): (Vec<u8>, bool)| {
        let html = Writer::write(&dice);
        let held = hold(&html, has_base.then_some(&base));
        let is_short = held.map_err(|broken| format!("{html:?}: {broken}"));
        short.set(short.get() + u32::from(is_short == Ok(true)));
        assert!(is_short.is_ok(), "{is_short:?}");
        Ok(())
    };
    runner.run(&dice, law).expect("the laws hold");
    assert!(short.get() > CASES / 20, "{} short", short.get());
}
