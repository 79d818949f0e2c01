//! When is a source due: tables, laws, and croner as the oracle of crontab lines.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use mainstem::model::{FreshBy, Freshness, History, Pace, Rhythm, SourceId};
use mainstem::schedule::{
    Cadence, CronLine, Member, Occasion, Settings, due_together, next_due, wait,
};
use proptest::prelude::*;

type Moment = DateTime<Utc>;

fn at(text: &str) -> Moment {
    text.parse().expect("a moment")
}

fn id(text: &str) -> SourceId {
    SourceId::new(text).expect("an id")
}

/// Answered at `last`, and fresh for so many seconds from then on.
fn fresh(last: &str, seconds: u64, by: FreshBy) -> History {
    let lifetime = Duration::from_secs(seconds);
    History {
        last_success: Some(at(last)),
        freshness: Some(Freshness { lifetime, by }),
        ..asked(last)
    }
}

fn paced(last: &str, pace: Pace) -> History {
    History {
        last_success: Some(at(last)),
        pace,
        ..asked(last)
    }
}

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

fn every(interval: Duration) -> Settings {
    Settings {
        cadence: Cadence::Every(interval),
        ..Settings::default()
    }
}

fn asked(last: &str) -> History {
    History {
        last_attempt: Some(at(last)),
        ..History::default()
    }
}

/// What is due, in minutes after the last request; jitter may make it a tenth longer.
#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn the_latest_of_all_wishes_decides() {
    let last = "2026-03-02T10:00:00Z";
    let hourly = every(hours(1));
    let cases: [(&str, History, i64, &str); 20] = [
        ("its interval", asked(last), 60, "every 1h"),
        (
            "a failure",
            History {
                errors: 1,
                ..asked(last)
            },
            60,
            "back-off",
        ),
        (
            "the next failure",
            History {
                errors: 2,
                ..asked(last)
            },
            120,
            "back-off",
        ),
        (
            "very many",
            History {
                errors: u32::MAX,
                ..asked(last)
            },
            24 * 60,
            "back-off",
        ),
        (
            "Retry-After",
            History {
                retry_after: Some(at("2026-03-02T18:00:00Z")),
                ..asked(last)
            },
            480,
            "Retry-After",
        ),
        (
            "an absurd Retry-After",
            History {
                retry_after: Some(Moment::MAX_UTC),
                ..asked(last)
            },
            7 * 24 * 60,
            "Retry-After",
        ),
        (
            "an earlier Retry-After",
            History {
                retry_after: Some(at("2026-03-02T10:05:00Z")),
                ..asked(last)
            },
            60,
            "every 1h",
        ),
        (
            "max-age",
            fresh(last, 3 * 3600, FreshBy::MaxAge),
            180,
            "max-age",
        ),
        (
            "Expires",
            fresh(last, 2 * 3600, FreshBy::Expires),
            120,
            "Expires",
        ),
        (
            "stale at once",
            fresh(last, 0, FreshBy::MaxAge),
            60,
            "every 1h",
        ),
        (
            "an absurd max-age",
            fresh(last, 365 * 24 * 3600, FreshBy::MaxAge),
            24 * 60,
            "max-age",
        ),
        (
            "a max-age of before the failures",
            History {
                last_success: Some(at("2026-03-01T10:00:00Z")),
                errors: 2,
                ..fresh(last, 3600, FreshBy::MaxAge)
            },
            120,
            "back-off",
        ),
        (
            "ttl",
            paced(
                last,
                Pace {
                    ttl: Some(hours(4)),
                    ..Pace::default()
                },
            ),
            240,
            "ttl",
        ),
        (
            "an absurd ttl",
            paced(
                last,
                Pace {
                    ttl: Some(hours(99_999)),
                    ..Pace::default()
                },
            ),
            24 * 60,
            "ttl",
        ),
        (
            "sy:updatePeriod",
            paced(
                last,
                Pace {
                    update_every: Some(hours(6)),
                    ..Pace::default()
                },
            ),
            360,
            "updatePeriod",
        ),
        (
            "the longest of several",
            History {
                pace: Pace {
                    ttl: Some(hours(2)),
                    update_every: Some(hours(3)),
                    ..Pace::default()
                },
                ..fresh(last, 5 * 3600, FreshBy::MaxAge)
            },
            300,
            "max-age",
        ),
        (
            "skipHours",
            // 11 and 12 o'clock; an hour after the last request is 11.
            paced(
                last,
                Pace {
                    skip_hours: 0b11 << 11,
                    ..Pace::default()
                },
            ),
            180,
            "skipHours",
        ),
        (
            "skipDays",
            // 2026-03-02 is a Monday.
            paced(
                last,
                Pace {
                    skip_days: 0b1,
                    ..Pace::default()
                },
            ),
            14 * 60,
            "skipDays",
        ),
        (
            "a feed that skips every hour",
            paced(
                last,
                Pace {
                    skip_hours: (1 << 24) - 1,
                    ..Pace::default()
                },
            ),
            24 * 60,
            "skipHours",
        ),
        (
            "a feed that skips every day",
            paced(
                last,
                Pace {
                    skip_days: 0x7F,
                    ..Pace::default()
                },
            ),
            24 * 60,
            "skipDays",
        ),
    ];
    for (name, history, minutes, because) in cases {
        let due = next_due(&hourly, &id("a"), &history, at("2026-03-02T10:00:01Z"));
        let waited = due.at.expect(name) - at(last);
        assert!(waited >= TimeDelta::minutes(minutes), "{name}: {waited}");
        assert!(
            waited <= TimeDelta::minutes(minutes + minutes / 8 + 1),
            "{name}: {waited}"
        );
        assert!(due.because.contains(because), "{name}: {}", due.because);
    }
}

#[test]
fn a_cron_line_names_the_moments_whatever_is_wished() {
    let line = CronLine::parse("*/20 * * * *", chrono_tz::UTC).expect("sound");
    let settings = Settings {
        cadence: Cadence::Cron(line),
        ..Settings::default()
    };
    let history = fresh("2026-03-02T10:00:05Z", 25 * 60, FreshBy::MaxAge);
    let due = next_due(&settings, &id("a"), &history, at("2026-03-02T10:01:00Z"));
    assert_eq!(due.at, Some(at("2026-03-02T10:40:00Z")), "{}", due.because);
}

#[test]
fn no_adaptive_source_waits_longer_than_max_interval() {
    for name in ["a", "b", "c", "d", "e"] {
        let history = History {
            rhythm: Rhythm {
                mean_gap: Some(hours(24 * 30)),
                last_new: None,
            },
            ..asked("2026-03-02T10:00:00Z")
        };
        let now = at("2026-03-02T10:00:01Z");
        let due = next_due(&Settings::default(), &id(name), &history, now);
        assert!(due.at <= Some(at("2026-03-03T10:00:00Z")), "{due:?}");
    }
}

/// Asked at `last`, and told not to come before `until`.
fn told_to_wait(last: &str, until: &str) -> History {
    History {
        retry_after: Some(at(until)),
        ..asked(last)
    }
}

fn gone(last: &str) -> History {
    History {
        gone: true,
        ..asked(last)
    }
}

/// Sources at one address that are due every hour, and who has to wait at noon: a due poll, a person who asks, a person who
/// insists.
#[test]
fn who_waits_depends_on_the_occasion() {
    let (new, early, late) = (
        History::default(),
        asked("2026-03-02T11:30:00Z"),
        asked("2026-03-02T10:30:00Z"),
    );
    let told = told_to_wait("2026-03-02T11:30:00Z", "2026-03-02T13:00:00Z");
    let free = told_to_wait("2026-03-02T10:30:00Z", "2026-03-02T11:00:00Z");
    let gone = gone("2026-03-02T10:30:00Z");
    let cases: [(&str, &[&History], [bool; 3]); 9] = [
        ("never asked", &[&new], [false, false, false]),
        ("due", &[&late], [false, false, false]),
        ("not due", &[&early], [true, false, false]),
        ("told to wait", &[&told], [true, true, false]),
        ("the wait is over", &[&free], [false, false, false]),
        ("gone", &[&gone], [true, true, false]),
        ("one of two is due", &[&early, &late], [false, false, false]),
        (
            "one of two is told to wait",
            &[&late, &told],
            [true, true, false],
        ),
        ("one of two is gone", &[&gone, &new], [false, false, false]),
    ];
    let (settings, source, noon) = (every(hours(1)), id("a"), at("2026-03-02T12:00:00Z"));
    for (name, histories, expected) in cases {
        let members: Vec<Member> = histories
            .iter()
            .map(|history| Member {
                settings: &settings,
                source: &source,
                history,
            })
            .collect();
        let occasions = [Occasion::Due, Occasion::Asked, Occasion::Forced];
        let due = due_together(&members, noon);
        for (occasion, must_wait) in occasions.into_iter().zip(expected) {
            let wanted = must_wait.then(|| due.clone());
            assert_eq!(
                wait(&members, occasion, noon),
                wanted,
                "{name}, {occasion:?}"
            );
        }
    }
    let member = |history| Member {
        settings: &settings,
        source: &source,
        history,
    };
    let both = due_together(&[member(&late), member(&told)], noon);
    assert_eq!(both.at, Some(at("2026-03-02T13:00:00Z")), "{both:?}");
}

#[test]
fn first_contact_is_now_and_gone_is_never() {
    let now = at("2026-03-02T10:00:00Z");
    assert_eq!(
        next_due(&Settings::default(), &id("a"), &History::default(), now).at,
        Some(now)
    );
    let gone = History {
        gone: true,
        ..asked("2026-03-01T10:00:00Z")
    };
    assert_eq!(
        next_due(&Settings::default(), &id("a"), &gone, now).at,
        None
    );
}

#[test]
fn adaptive_follows_the_rhythm_and_tires_of_the_quiet() {
    let now = at("2026-03-02T10:00:00Z");
    let wait = |mean: Option<Duration>, quiet_hours: i64| {
        let rhythm = Rhythm {
            mean_gap: mean,
            last_new: Some(now - TimeDelta::hours(quiet_hours)),
        };
        let history = History {
            last_attempt: Some(now),
            rhythm,
            ..History::default()
        };
        next_due(&Settings::default(), &id("a"), &history, now)
            .at
            .expect("due")
            - now
    };
    let busy = wait(Some(Duration::from_secs(300)), 0);
    let calm = wait(Some(hours(12)), 1);
    let asleep = wait(Some(hours(1)), 24 * 90);
    assert!(
        busy >= TimeDelta::minutes(15),
        "never below min_interval: {busy}"
    );
    assert!(busy < calm, "{busy} {calm}");
    assert!(
        calm <= asleep && asleep >= TimeDelta::hours(23),
        "{calm} {asleep}"
    );
}

/// Against another implementation: every firing of a fortnight on both sides of each change of the clocks.
#[test]
fn crontab_lines_fire_as_croner_says() {
    let lines = [
        "0 * * * *",
        "*/15 6-22 * * Mon-Fri",
        "30 9 1 * *",
        "0 0 13 * 5",
        "5 4 * * 0",
        "5 4 * * 7",
        "0 12 */10 * *",
        "10,40 8 * 3-11 *",
        "59 23 28-31 * *",
    ];
    let zones = [Tz::UTC, Tz::Asia__Kolkata, Tz::America__Sao_Paulo];
    for zone in zones {
        for line in lines {
            let ours = CronLine::parse(line, zone).expect(line);
            let oracle = croner::Cron::from_str(line).expect(line);
            let mut ours_at = at("2026-03-20T00:00:00Z");
            let mut oracle_at = ours_at.with_timezone(&zone);
            for _ in 0..60 {
                ours_at = ours.next_after(ours_at).expect(line);
                oracle_at = oracle.find_next_occurrence(&oracle_at, false).expect(line);
                assert_eq!(ours_at, oracle_at.with_timezone(&Utc), "{line} in {zone}");
            }
        }
    }
}

/// A skipped hour fires once after the gap, a repeated hour once.
#[test]
fn clocks_that_change_lose_and_double_nothing() {
    let cases: [(&str, Tz, &str, &[&str]); 4] = [
        (
            "30 2 * * *",
            Tz::Europe__Berlin,
            "2026-03-28T12:00:00Z",
            &["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
        ),
        (
            "30 2 * * *",
            Tz::Europe__Berlin,
            "2026-10-24T12:00:00Z",
            &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        ),
        (
            "30 2 * * *",
            Tz::America__New_York,
            "2026-03-07T12:00:00Z",
            &["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"],
        ),
        (
            "0 0 * * Sun",
            Tz::UTC,
            "2026-03-02T00:00:00Z",
            &["2026-03-08T00:00:00Z", "2026-03-15T00:00:00Z"],
        ),
    ];
    for (line, zone, from, expected) in cases {
        let cron = CronLine::parse(line, zone).expect(line);
        let mut moment = at(from);
        for next in expected {
            moment = cron.next_after(moment).expect(line);
            assert_eq!(moment, at(next), "{line} in {zone} after {from}");
        }
    }
}

#[test]
fn lines_that_cannot_fire_are_refused_with_their_field() {
    let cases = [
        ("61 * * * *", 0),
        ("* 25 * * *", 2),
        ("* * * *", 0),
        ("0 0 31 2 *", 0),
        ("0 0 * * Mo-Fx", 8),
        ("", 0),
    ];
    for (line, offset) in cases {
        let error = CronLine::parse(line, Tz::UTC).expect_err(line);
        assert_eq!(error.offset, offset, "{line}: {error}");
    }
}

proptest! {
    /// Whatever happened: the same answer after a restart, never before the last request plus what binds.
    #[test]
    fn a_due_time_survives_a_restart(errors in 0_u32..40, wait in 1_u64..200_000, later in 0_i64..100_000, name in "[a-z0-9-]{1,12}") {
        let history = History { errors, ..asked("2026-03-02T10:00:00Z") };
        let settings = every(Duration::from_secs(wait));
        let first = next_due(&settings, &id(&name), &history, at("2026-03-02T10:00:00Z"));
        let again = next_due(&settings, &id(&name), &history, at("2026-03-02T10:00:00Z") + TimeDelta::seconds(later));
        prop_assert_eq!(&first, &again);
        let least = Duration::from_secs(wait).min(hours(24));
        prop_assert!(first.at.expect("due") - at("2026-03-02T10:00:00Z") >= TimeDelta::from_std(least).expect("short"));
    }
}
