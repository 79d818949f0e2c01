//! `[fetch]`, and the same keys on a source.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use chrono_tz::Tz;

use super::super::file::FetchTable;
use super::super::problem::{Found, nearest_hint};
use super::super::table::At;
use super::super::values::Span;
use super::addresses::{address_blocks, http_url};
use super::files::{self, relative};
use crate::fetch::{self, Authorities, SourceSettings};
use crate::schedule::{self, Cadence, CronLine, duration_in_words};

/// What a source has that says nothing else.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    pub(super) together: fetch::Settings,
    pub(super) source: SourceSettings,
    pub(super) schedule: schedule::Settings,
    zone: Tz,
    /// The crontab line as written: a source may set another time zone.
    cron: Option<String>,
}

pub(super) fn defaults(table: Option<&FetchTable>, found: &mut Found<'_>) -> Defaults {
    let Some(table) = table else {
        return Defaults::default();
    };
    let mut defaults = settle(table, &Defaults::default(), found);
    let count = |count: &At<NonZeroU32>| NonZeroUsize::try_from(count.value).expect("32 bits fit");
    let together = &mut defaults.together;
    if let Some(per_host) = &table.per_host {
        together.per_host = count(per_host);
    }
    if let Some(gap) = &table.host_gap {
        together.host_gap = gap.0;
    }
    if let Some(concurrency) = &table.concurrency {
        together.concurrency = count(concurrency);
    }
    // These two stand for all; on a source they would mean that one.
    (defaults.source.per_host, defaults.source.host_gap) = (None, None);
    defaults
}

/// What one table says, upon the defaults.
pub(super) fn settle(table: &FetchTable, defaults: &Defaults, found: &mut Found<'_>) -> Defaults {
    let mut settled = defaults.clone();
    let source = &mut settled.source;
    if let Some(timeout) = positive(table.timeout.as_ref(), "timeout", found) {
        source.timeout = timeout;
    }
    if let Some(max_body) = &table.max_body {
        if max_body.0 == 0 {
            found.error(
                &max_body.span,
                "`max_body` of nothing lets no document in",
                "write a size such as \"8MiB\"",
            );
        }
        source.max_body = max_body.0;
    }
    if let Some(per_host) = &table.per_host {
        source.per_host = NonZeroUsize::try_from(per_host.value).ok();
    }
    if let Some(gap) = &table.host_gap {
        source.host_gap = Some(gap.0);
    }
    if let Some(blocks) = address_blocks(table.allow_addresses.as_ref(), found) {
        source.allow_addresses = blocks;
    }
    identity(table, source, found);
    schedule(table, &mut settled, found);
    settled
}

/// By whom and over what a source is asked.
fn identity(table: &FetchTable, source: &mut SourceSettings, found: &mut Found<'_>) {
    if let Some(contact) = &table.contact {
        if contact.is_empty()
            || contact
                .bytes()
                .any(|b| !(b' '..=b'~').contains(&b) || b == b'(' || b == b')')
        {
            found.error(
                &contact.span,
                "`contact` goes into a header: plain ASCII, no parentheses",
                "write an address such as \"https://news.example.org/about\"",
            );
        }
        source.contact = Some(contact.value.clone());
    }
    if let Some(proxy) = &table.proxy {
        source.proxy = http_url(proxy, found);
    }
    if let Some(written) = &table.ca_file {
        source.ca_file = authorities(written, found);
    }
}

/// The certificates of a `ca_file`.
pub(super) fn authorities(written: &At<String>, found: &mut Found<'_>) -> Option<Authorities> {
    let path = relative(found.file, written);
    let read = Authorities::read(&path);
    files::judge_file(&path, &written.span, found);
    match read {
        Ok(authorities) => Some(authorities),
        Err(what) => {
            let hint = "name a readable PEM file of certificates";
            found.error(&written.span, what, hint);
            None
        }
    }
}

fn schedule(table: &FetchTable, settled: &mut Defaults, found: &mut Found<'_>) {
    if let Some(written) = &table.time_zone {
        match written.parse() {
            Ok(zone) => settled.zone = zone,
            Err(_) => found.error(
                &written.span,
                format!("{:?} is no time zone", written.value),
                nearest_hint(
                    written,
                    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()),
                ),
            ),
        }
    }
    if let (Some(_), Some(cron)) = (&table.every, &table.cron) {
        found.error(
            &cron.span,
            "`every` and `cron` exclude each other",
            "keep one of the two",
        );
    }
    if let Some(every) = positive(table.every.as_ref(), "every", found) {
        settled.schedule.cadence = Cadence::Every(every);
        settled.cron = None;
    }
    if let Some(written) = &table.cron {
        settled.cron = Some(written.value.clone());
    }
    if let Some(line) = settled
        .cron
        .clone()
        .filter(|_| table.cron.is_some() || table.time_zone.is_some())
    {
        match CronLine::parse(&line, settled.zone) {
            Ok(cron) => settled.schedule.cadence = Cadence::Cron(cron),
            Err(error) => {
                if let Some(written) = &table.cron {
                    let at = found.within(&written.span, written, Some(error.offset));
                    found.error(&at, error.message, "minute hour day-of-month month day-of-week, such as \"*/15 6-22 * * Mon-Fri\"");
                }
            }
        }
    }
    interval_bounds(table, &mut settled.schedule, found);
}

fn interval_bounds(table: &FetchTable, schedule: &mut schedule::Settings, found: &mut Found<'_>) {
    if let Some(min) = positive(table.min_interval.as_ref(), "min_interval", found) {
        schedule.min_interval = min;
    }
    if let Some(max) = positive(table.max_interval.as_ref(), "max_interval", found) {
        schedule.max_interval = max;
    }
    let written = table.min_interval.as_ref().or(table.max_interval.as_ref());
    let both_known = !found.is_broken;
    if let Some(written) =
        written.filter(|_| both_known && schedule.min_interval > schedule.max_interval)
    {
        let (min, max) = (
            duration_in_words(schedule.min_interval),
            duration_in_words(schedule.max_interval),
        );
        found.error(
            &written.span,
            format!("`min_interval` ({min}) is longer than `max_interval` ({max})"),
            "make it the shorter of the two, or set both",
        );
        schedule.max_interval = schedule.min_interval;
    }
}

/// A time span that must not be nothing.
fn positive(written: Option<&At<Span>>, key: &str, found: &mut Found<'_>) -> Option<Duration> {
    let written = written?;
    if written.0.is_zero() {
        found.error(
            &written.span,
            format!("`{key}` of nothing is impossible"),
            "write a duration such as \"30s\" or \"1h\"",
        );
        return None;
    }
    Some(written.0)
}
