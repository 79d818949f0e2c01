//! Which releases there are, who copies them, and what else only looks alike.

use super::drive::BACKLOG;
use super::lexicon::{Dice, LANGUAGES, Language};
use super::piece::{Copied, EDITS, Edit, Text, copy, updated, with_other_number};
use super::{Entry, Kind};

pub(crate) const SOURCES: usize = 12;
/// Entries of each source and language before the first poll.
const BACKLOG_ENTRIES: usize = 5;
/// Two days.
const MINUTES: usize = 2 * 24 * 60;
const AGENCIES: &[&str] = &["ABCNS", "DELTA", "NORDA", "PRWEB"];

/// The set of a seed; `releases`: how many base releases, which makes about seven times as many entries.
pub(crate) fn made(seed: u64, releases: usize) -> Vec<Entry> {
    let mut maker = Maker {
        dice: Dice::new(seed),
        entries: Vec::new(),
        releases: 0,
        boilerplate: Vec::new(),
    };
    maker.learn_boilerplate();
    maker.backlog();
    for nth in 0..releases {
        maker.syndicated(&LANGUAGES[nth % LANGUAGES.len()]);
    }
    for nth in 0..releases / 20 {
        let language = &LANGUAGES[nth % LANGUAGES.len()];
        maker.series(language);
        maker.versions(language);
        maker.notices(language);
        maker.briefings(language);
        maker.companies(language);
        maker.landing_page(language);
        maker.short(language);
        maker.growing(language);
        maker.event(language);
    }
    for nth in 0..releases / 8 {
        let language = &LANGUAGES[nth % LANGUAGES.len()];
        maker.follow_up(language);
        maker.round_up(language);
    }
    maker.entries
}

struct Maker {
    dice: Dice,
    entries: Vec<Entry>,
    releases: usize,
    /// For each source and language what stands under every entry.
    boilerplate: Vec<Vec<Option<String>>>,
}

/// Where and when an entry appears.
#[derive(Clone, Copy)]
struct Slot {
    source: usize,
    published: usize,
    release: usize,
    version: usize,
    kind: Kind,
}

impl Maker {
    fn learn_boilerplate(&mut self) {
        for source in 0..SOURCES {
            let per_language = LANGUAGES.iter().map(|language| {
                (source % 3 != 0).then(|| {
                    let sentences = self.dice.between(1, 3);
                    let said: Vec<String> = (0..sentences)
                        .map(|_| language.sentence(&mut self.dice))
                        .collect();
                    said.join(" ")
                })
            });
            let per_language = per_language.collect();
            self.boilerplate.push(per_language);
        }
    }

    /// Where a new release begins.
    fn first(&mut self, source: usize, published: usize) -> Slot {
        Slot {
            source,
            published,
            release: self.release(),
            version: 0,
            kind: Kind::First,
        }
    }

    /// What every source had before the first poll: its own texts, with its own boilerplate.
    fn backlog(&mut self) {
        for source in 0..SOURCES {
            for (at, language) in LANGUAGES.iter().enumerate() {
                for _ in 0..if Self::writes(source, at) {
                    BACKLOG_ENTRIES
                } else {
                    0
                } {
                    let text = Text::made(language, &mut self.dice, 3);
                    self.fresh(&text, source, 0, BACKLOG, None);
                    if let Some(entry) = self.entries.last_mut() {
                        entry.arrives = 0;
                    }
                }
            }
        }
    }

    fn release(&mut self) -> usize {
        self.releases += 1;
        self.releases - 1
    }

    fn writes(source: usize, language: usize) -> bool {
        !(source + language).is_multiple_of(3)
    }

    /// A source that writes the language.
    fn source(&mut self, language: &Language) -> usize {
        let at = LANGUAGES
            .iter()
            .position(|other| other.code == language.code)
            .unwrap_or(0);
        loop {
            let source = self.dice.between(0, SOURCES - 1);
            if Self::writes(source, at) {
                return source;
            }
        }
    }

    fn others(&mut self, language: &Language, count: usize, not: usize) -> Vec<usize> {
        let mut found = Vec::new();
        while found.len() < count {
            let source = self.source(language);
            if source != not && !found.contains(&source) {
                found.push(source);
            }
        }
        found
    }

    fn put(&mut self, copied: &Copied, slot: Slot, class: &str, url: Option<String>) {
        let nth = self.entries.len();
        let language = copied.text.language;
        let agency = AGENCIES[slot.release % AGENCIES.len()];
        let title = match copied.prefix {
            true => format!("{agency}: {}", copied.text.title),
            false => copied.text.title.clone(),
        };
        let html = self.html(copied, slot.source, agency);
        let late = match slot.kind {
            Kind::Copy => self.dice.between(0, 90),
            _ => self.dice.between(0, 20),
        };
        self.entries.push(Entry {
            source: slot.source,
            guid: format!("{}-{nth}", slot.source),
            url: url.unwrap_or_else(|| {
                format!("https://s{}.example/{}/{nth}", slot.source, language.code)
            }),
            title,
            html,
            published: slot.published,
            arrives: slot.published + late,
            language: language.code,
            release: slot.release,
            version: slot.version,
            kind: slot.kind,
            class: class.to_owned(),
            edited: None,
        });
    }

    fn html(&mut self, copied: &Copied, source: usize, agency: &str) -> String {
        let language = copied.text.language;
        let mut lines = copied.text.lines();
        if copied.dateline {
            let place = language.name(&mut self.dice);
            let line = self
                .dice
                .of(language.datelines)
                .replace("{place}", &place)
                .replace("{agency}", agency);
            lines[0] = line + &lines[0];
        }
        if copied.cut {
            let last = lines.len() - 1;
            lines[last] += *self.dice.of(&[" […]", " ...", "…", " [...]"]);
        }
        if self.dice.percent(40) {
            lines.push(
                self.dice
                    .of(language.tails)
                    .replace("{title}", &copied.text.title)
                    .replace("{agency}", agency),
            );
        }
        let at = LANGUAGES
            .iter()
            .position(|other| other.code == language.code)
            .unwrap_or(0);
        lines.extend(self.boilerplate[source][at].clone().filter(|_| !copied.cut));
        let (open, close) = if copied.divs {
            ("<div>", "</div>")
        } else {
            ("<p>", "</p>")
        };
        lines
            .iter()
            .map(|line| format!("{open}{line}{close}"))
            .collect()
    }

    fn plain(text: &Text) -> Copied {
        Copied {
            text: text.clone(),
            dateline: false,
            prefix: false,
            cut: false,
            divs: false,
            same_url: false,
        }
    }

    /// A release of its own that must be shown.
    fn fresh(
        &mut self,
        text: &Text,
        source: usize,
        published: usize,
        class: &str,
        url: Option<String>,
    ) -> usize {
        let slot = self.first(source, published);
        self.put(&Self::plain(text), slot, class, url);
        slot.release
    }

    /// A release, its copies, perhaps a newer version and the copies of that.
    fn syndicated(&mut self, language: &'static Language) {
        let paragraphs = self.dice.between(2, 8);
        let text = Text::made(language, &mut self.dice, paragraphs);
        let source = self.source(language);
        let published = self.dice.between(0, MINUTES - 20 * 60);
        let slot = self.first(source, published);
        let dateline = self.dice.percent(50);
        self.put(
            &Copied {
                dateline,
                ..Self::plain(&text)
            },
            slot,
            "release",
            None,
        );
        let url = self.entries[self.entries.len() - 1].url.clone();
        let first = self.entries.len() - 1;
        let count = self.dice.between(1, 4);
        self.copies(&text, slot, count, &url);
        if self.dice.percent(30) {
            self.newer(&text, slot);
        } else if self.dice.percent(10) {
            let newer = updated(&text, &mut self.dice);
            let html = self.html(&Self::plain(&newer), source, "ABCNS");
            self.entries[first].edited = Some((published + 240, html));
        }
    }

    fn copies(&mut self, text: &Text, of: Slot, count: usize, url: &str) {
        for source in self.others(text.language, count, of.source) {
            let mut edits: Vec<Edit> = Vec::new();
            for _ in 0..self.dice.between(0, 3) {
                edits.push(*self.dice.of(EDITS));
            }
            // What a source writes before a text is not what it cuts.
            edits.sort_by_key(|edit| *edit == Edit::LeadIn);
            edits.dedup();
            let copied = copy(text, &edits, &mut self.dice);
            let later = if self.dice.percent(80) {
                self.dice.between(0, 180)
            } else {
                self.dice.between(180, 1_000)
            };
            let slot = Slot {
                source,
                published: of.published + later,
                kind: Kind::Copy,
                ..of
            };
            let names: Vec<String> = edits.iter().map(|edit| format!("{edit:?}")).collect();
            let class = format!("copy {}", names.join("+"));
            let same_url = copied
                .same_url
                .then(|| format!("{url}?utm_source=s{source}"));
            self.put(&copied, slot, &class, same_url);
        }
    }

    /// A newer version: marked by its own source, or a changed number at another without a mark.
    fn newer(&mut self, text: &Text, of: Slot) {
        let language = text.language;
        let mut newer = updated(text, &mut self.dice);
        let marked = !language.marks.is_empty() && self.dice.percent(75);
        let published = of.published + self.dice.between(60, 700);
        let mut slot = Slot {
            published,
            version: 1,
            kind: Kind::Update,
            ..of
        };
        if marked {
            newer.title = self.dice.of(language.marks).to_string() + &newer.title;
            self.put(&Self::plain(&newer), slot, "update marked", None);
        } else {
            // One number of a long text, or a paragraph more at the end.
            let is_long = text.lines().concat().chars().count() > 900;
            if !is_long || newer.paragraphs.len() > text.paragraphs.len() {
                newer = text.clone();
                newer.paragraphs.push(vec![
                    language.sentence(&mut self.dice),
                    language.sentence(&mut self.dice),
                ]);
            }
            slot.source = self.others(language, 1, of.source)[0];
            self.put(&Self::plain(&newer), slot, "update unmarked", None);
            return;
        }
        let count = self.dice.between(0, 2);
        for source in self.others(language, count, of.source) {
            let later = published + self.dice.between(0, 120);
            let slot = Slot {
                source,
                published: later,
                kind: Kind::Copy,
                ..slot
            };
            let dateline = self.dice.percent(50);
            self.put(
                &Copied {
                    dateline,
                    ..Self::plain(&newer)
                },
                slot,
                "copy of update",
                None,
            );
        }
    }

    /// A bulletin every twelve hours, with other numbers; another source has copies.
    fn series(&mut self, language: &'static Language) {
        let mut text = Text::made(language, &mut self.dice, 3);
        for (nth, paragraph) in text.paragraphs.iter_mut().enumerate() {
            let number = language.number(500 + nth * 37);
            paragraph[0] = format!("{number} {}", paragraph[0]);
        }
        let source = self.source(language);
        let mirror = self.others(language, 1, source)[0];
        let start = self.dice.between(0, 600);
        for issue in 0..4 {
            for sentence in text
                .paragraphs
                .iter_mut()
                .map(|paragraph| &mut paragraph[0])
            {
                *sentence = with_other_number(sentence, &mut self.dice);
            }
            let mut issued = text.clone();
            if issue % 2 == 0 {
                issued.title = format!("{} {}", text.title, 40 + issue);
            }
            let published = start + issue * 720;
            let release = self.fresh(&issued, source, published, "series", None);
            let slot = Slot {
                source: mirror,
                published: published + 30,
                release,
                version: 0,
                kind: Kind::Copy,
            };
            self.put(
                &Copied {
                    dateline: true,
                    ..Self::plain(&issued)
                },
                slot,
                "copy of a series",
                None,
            );
        }
    }

    /// One number is what it is about.
    fn versions(&mut self, language: &'static Language) {
        let text = Text::made(language, &mut self.dice, 3);
        let (source, start) = (self.source(language), self.dice.between(0, 900));
        for version in 1..5 {
            let mut announced = text.clone();
            announced.title = format!("{} 4.{version}.0", text.title);
            announced.paragraphs[0][0] = format!("4.{version}.0 {}", text.paragraphs[0][0]);
            self.fresh(&announced, source, start + version * 300, "versions", None);
        }
    }

    /// The same words about other people, at one source and at another.
    fn notices(&mut self, language: &'static Language) {
        let text = Text::made(language, &mut self.dice, 2);
        let (source, start) = (self.source(language), self.dice.between(0, 900));
        let other = self.others(language, 1, source)[0];
        for nth in 0..4 {
            let mut notice = text.clone();
            for sentence in notice.paragraphs.iter_mut().flatten() {
                let name = language.name(&mut self.dice) + " " + &language.name(&mut self.dice);
                *sentence = format!("{name} {sentence}");
            }
            notice.title = language.headline(&mut self.dice);
            let source = if nth % 2 == 0 { source } else { other };
            self.fresh(&notice, source, start + nth * 200, "notices", None);
        }
    }

    /// One headline, other texts.
    fn briefings(&mut self, language: &'static Language) {
        let title = language.headline(&mut self.dice);
        for nth in 0..3 {
            let mut text = Text::made(language, &mut self.dice, 3);
            text.title.clone_from(&title);
            let source = self.source(language);
            self.fresh(&text, source, nth * 600, "briefings", None);
        }
    }

    /// Short news over a long description of who sends them, at several sources.
    fn companies(&mut self, language: &'static Language) {
        let about = Text::made(language, &mut self.dice, 2).lines();
        for nth in 0..4 {
            let mut text = Text::made(language, &mut self.dice, 1);
            text.paragraphs
                .extend(about.iter().map(|line| vec![line.clone()]));
            let source = self.source(language);
            self.fresh(&text, source, 100 + nth * 333, "companies", None);
        }
    }

    /// Other texts under one address.
    fn landing_page(&mut self, language: &'static Language) {
        let url = format!("https://landing{}.example/", self.entries.len());
        for nth in 0..3 {
            let text = Text::made(language, &mut self.dice, 3);
            let source = self.source(language);
            self.fresh(&text, source, nth * 411, "landing page", Some(url.clone()));
        }
    }

    /// Fewer words than a comparison needs.
    fn short(&mut self, language: &'static Language) {
        for nth in 0..3 {
            let mut text = Text::made(language, &mut self.dice, 1);
            text.paragraphs = vec![vec![language.join(&language.phrase(&mut self.dice, 6))]];
            let source = self.source(language);
            self.fresh(&text, source, 50 + nth * 500, "short", None);
        }
    }

    /// A report that grows, a new entry each time.
    fn growing(&mut self, language: &'static Language) {
        let mut text = Text::made(language, &mut self.dice, 2);
        let (source, start) = (self.source(language), self.dice.between(0, 900));
        for nth in 0..4 {
            let paragraph = vec![
                language.sentence(&mut self.dice),
                language.sentence(&mut self.dice),
            ];
            text.paragraphs.insert(0, paragraph);
            text.title = language.headline(&mut self.dice);
            self.fresh(&text, source, start + nth * 90, "growing", None);
        }
    }

    /// Two agencies report on one event, each in its own words, with one quotation in both.
    fn event(&mut self, language: &'static Language) {
        let one = Text::made(language, &mut self.dice, 4);
        let mut other = Text::made(language, &mut self.dice, 4);
        other.paragraphs[2] = one.paragraphs[2].clone();
        let words: Vec<&str> = one.title.split(' ').collect();
        other.title = format!("{} {}", words[..words.len() / 2].join(" "), other.title);
        let source = self.source(language);
        let second = self.others(language, 1, source)[0];
        self.fresh(&one, source, 700, "event", None);
        self.fresh(&other, second, 730, "event", None);
    }

    /// Quotes two paragraphs of a release and says more.
    fn follow_up(&mut self, language: &'static Language) {
        let paragraphs = self.dice.between(2, 5);
        let original = Text::made(language, &mut self.dice, paragraphs);
        let source = self.source(language);
        let published = self.dice.between(0, 1_500);
        self.fresh(&original, source, published, "followed up", None);
        let mut text = Text::made(language, &mut self.dice, 4);
        text.paragraphs[0].push(language.sentence(&mut self.dice));
        text.paragraphs[0].push(language.sentence(&mut self.dice));
        text.paragraphs
            .extend(original.paragraphs.iter().take(2).cloned());
        let first = original.title.split(' ').next().unwrap_or_default();
        let first: String = first.chars().take(4).collect();
        text.title = format!("{} {}", text.title, first);
        let at = self.source(language);
        let later = published + self.dice.between(120, 1_200);
        self.fresh(&text, at, later, "follow-up", None);
    }

    /// The beginnings of several releases under a headline of its own.
    fn round_up(&mut self, language: &'static Language) {
        let mut all = Text::made(language, &mut self.dice, 1);
        let published = self.dice.between(0, 1_500);
        let introduced = self.dice.percent(50);
        let mut quoted = Vec::new();
        for nth in 0..self.dice.between(3, 5) {
            let text = Text::made(language, &mut self.dice, 3);
            let source = self.source(language);
            self.fresh(&text, source, published + nth * 10, "rounded up", None);
            quoted.push(text.paragraphs[0].clone());
            quoted.push(text.paragraphs[1].clone());
        }
        if introduced {
            all.paragraphs.extend(quoted);
        } else {
            all.paragraphs = quoted;
        }
        let source = self.source(language);
        self.fresh(&all, source, published + 300, "round-up", None);
    }
}
