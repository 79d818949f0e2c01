//! What `explain` says, in words and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::dedupe::{Evidence, Passages, passages};
use crate::model::{Layer, Member, Story, Timestamp};
use crate::republish::Explained;
use crate::store::{StoryEvidence, TakenBack};

/// Everything that `explain` tells.
pub(super) struct Told {
    pub(super) story: Story,
    pub(super) entry: Member,
    /// What speaks for and against its members, and what is not in it.
    pub(super) evidence: StoryEvidence,
    /// What an operator or the publisher said of it.
    pub(super) taken_back: TakenBack,
    /// What each output makes of it, and whether it stands in its documents now.
    pub(super) outputs: Vec<(Explained, bool)>,
}

impl Told {
    pub(super) fn as_json(&self) -> Value {
        let members = self.story.members.iter().map(|member| {
            let mut told = describe(member);
            if let Some(passages) = compared(&self.story, member) {
                told["passages"] = json!({
                    "score": passages.score,
                    "shared": passages.shared,
                    "differing": passages.differing.iter()
                        .map(|(matched, own)| json!({ "matched": matched, "own": own })).collect::<Vec<_>>(),
                });
            }
            told["evidence"] = as_json(self.of_member(member));
            told
        });
        let near_misses = self.evidence.near_misses.iter().map(|miss| {
            json!({
                "id": miss.entry.id.0,
                "source": miss.entry.source.as_str(),
                "title": miss.entry.entry.title,
                "url": miss.entry.entry.link(),
                "beside": miss.beside.0,
                "evidence": as_json(&miss.evidence),
            })
        });
        let outputs = self.outputs.iter().map(|(explained, is_in_document)| {
            json!({
                "output": explained.output.as_str(),
                "kept": explained.is_kept,
                "because": explained.because,
                "shown": explained.shown.map(|entry| entry.0),
                "in_document": is_in_document,
            })
        });
        json!({
            "entry": describe(&self.entry),
            "story": { "id": self.story.id.to_string(), "entries": members.collect::<Vec<_>>() },
            "withdrawn": self.taken_back.withdrawal.as_ref().map(|said| json!({
                "at": moment(said.at), "reason": said.reason, "copy_of": said.copy_of.map(|entry| entry.0),
            })),
            "retracted": self.taken_back.retraction.as_ref().map(|said| json!({
                "at": moment(said.at), "sign": said.sign.as_str(), "reason": said.reason, "notice": said.notice.map(|entry| entry.0),
            })),
            "near_misses": near_misses.collect::<Vec<_>>(),
            "outputs": outputs.collect::<Vec<_>>(),
        })
    }

    pub(super) fn as_text(&self) -> String {
        let mut text = String::new();
        let entry = &self.entry;
        let _ = writeln!(
            text,
            "entry {} of {}: {}",
            entry.id,
            entry.source,
            title(entry)
        );
        let url = entry.entry.link();
        for line in [url, entry.entry.guid.as_deref()].into_iter().flatten() {
            let _ = writeln!(text, "  {line}");
        }
        let published = entry
            .entry
            .published
            .map_or("without a date".to_owned(), |at| {
                format!("published {}", moment(at))
            });
        let _ = writeln!(
            text,
            "  {published}, first seen {}\n",
            moment(entry.first_seen)
        );
        self.write_taken_back(&mut text);
        write_story(&mut text, &self.story, |member| self.of_member(member));
        self.write_near_misses(&mut text);
        text.push_str("\noutputs\n");
        let width = self
            .outputs
            .iter()
            .map(|(explained, _)| explained.output.as_str().len())
            .max()
            .unwrap_or(0);
        for (explained, is_in_document) in &self.outputs {
            let kept = if explained.is_kept { "kept" } else { "dropped" };
            let beyond = match explained.is_kept && !is_in_document {
                true => "; beyond `max_entries`, `max_per_source`, `max_bytes` or `max_age` by now",
                false => "",
            };
            let _ = writeln!(
                text,
                "  {:width$}  {kept}: {}{beyond}",
                explained.output.as_str(),
                explained.because
            );
        }
        text
    }

    fn write_taken_back(&self, text: &mut String) {
        let because = |reason: &Option<String>| {
            let reason = reason.as_deref();
            reason.map_or(String::new(), |reason| format!(": {reason}"))
        };
        let TakenBack {
            withdrawal,
            retraction,
        } = &self.taken_back;
        if let Some(said) = withdrawal {
            let copy = said.copy_of.map_or(String::new(), |original| {
                format!(", for it repeats entry {original}")
            });
            let (at, reason) = (moment(said.at), because(&said.reason));
            let _ = writeln!(text, "withdrawn on {at}{copy}{reason}");
        }
        if let Some(said) = retraction {
            let (at, reason) = (moment(said.at), because(&said.reason));
            let notice = said
                .notice
                .map_or(String::new(), |notice| format!(" in entry {notice}"));
            let _ = writeln!(
                text,
                "its publisher withdrew it on {at}, by {}{notice}{reason}",
                said.sign
            );
        }
        if self.taken_back != TakenBack::default() {
            text.push('\n');
        }
    }

    /// What speaks for and against a member.
    fn of_member(&self, member: &Member) -> &[Evidence] {
        let mut members = self.evidence.members.iter();
        members
            .find(|(entry, _)| *entry == member.id)
            .map_or(&[], |(_, evidence)| evidence)
    }

    fn write_near_misses(&self, text: &mut String) {
        if self.evidence.near_misses.is_empty() {
            return;
        }
        text.push_str("\nalike, but another story\n");
        for miss in &self.evidence.near_misses {
            let _ = writeln!(
                text,
                "  {:>6}  {}: {}, beside entry {}",
                miss.entry.id,
                miss.entry.source,
                title(&miss.entry),
                miss.beside
            );
            write_evidence(text, &miss.evidence);
        }
    }
}

pub(super) fn write_members(text: &mut String, story: &Story) {
    write_story(text, story, |_| &[]);
}

fn write_story<'e>(text: &mut String, story: &Story, evidence: impl Fn(&Member) -> &'e [Evidence]) {
    let count = story.members.len();
    let entries = if count == 1 { "entry" } else { "entries" };
    let _ = writeln!(text, "story {}, {count} {entries}", story.id);
    for member in &story.members {
        let by = match (member.layer, member.matched) {
            (None, _) => String::new(),
            (Some(Layer::Manual), _) => ", by hand".to_owned(),
            (Some(layer), matched) => {
                let score = member
                    .score
                    .map_or(String::new(), |score| format!(" {score:.2}"));
                let by = matched.map_or(String::new(), |entry| format!(" with entry {entry}"));
                format!(", by {layer}{score}{by}")
            }
        };
        let held = if member.held { ", held back" } else { "" };
        let _ = writeln!(
            text,
            "  {:>6}  {:6}  {}: {}{by}{held}",
            member.id,
            member.relation,
            member.source,
            title(member)
        );
        write_evidence(text, evidence(member));
        if let Some(passages) = compared(story, member) {
            write_passages(text, &passages);
        }
    }
}

fn write_evidence(text: &mut String, evidence: &[Evidence]) {
    for said in evidence {
        let side = if said.speaks_for { "for" } else { "against" };
        let _ = writeln!(text, "            {side:7}  {}", said.what);
    }
}

fn as_json(evidence: &[Evidence]) -> Value {
    let said = |said: &Evidence| json!({ "for": said.speaks_for, "what": said.what });
    evidence.iter().map(said).collect()
}

fn write_passages(text: &mut String, passages: &Passages) {
    for shared in &passages.shared {
        let _ = writeln!(text, "            both   {shared}");
    }
    for (matched, own) in &passages.differing {
        if !matched.is_empty() {
            let _ = writeln!(text, "            there  {matched}");
        }
        if !own.is_empty() {
            let _ = writeln!(text, "            here   {own}");
        }
    }
}

/// A member's text beside that of the one that it was recognized by, where that was by similarity.
fn compared(story: &Story, member: &Member) -> Option<Passages> {
    let matched = member
        .matched
        .filter(|_| member.layer == Some(Layer::Near))?;
    let matched = story.members.iter().find(|other| other.id == matched)?;
    Some(passages(&matched.entry.text, &member.entry.text))
}

fn describe(member: &Member) -> Value {
    json!({
        "id": member.id.0,
        "source": member.source.as_str(),
        "title": member.entry.title,
        "url": member.entry.link(),
        "guid": member.entry.guid,
        "published": member.entry.published.map(moment),
        "first_seen": moment(member.first_seen),
        "held": member.held,
        "relation": member.relation.as_str(),
        "layer": member.layer.map(Layer::as_str),
        "score": member.score,
        "matched": member.matched.map(|entry| entry.0),
    })
}

fn title(member: &Member) -> &str {
    match member.entry.title.as_str() {
        "" => "(without a title)",
        title => title,
    }
}

fn moment(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
