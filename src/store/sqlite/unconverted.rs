//! Steps that are not written over rows yet, in the form in which steps are called. Each goes when its part is converted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::{
    archives, evidence, find, hosts, keys, outputs, rebuild, refresh, rules, sources, stories,
    windows,
};
use crate::model::{
    Applied, EntryId, Hash, HostHold, Member, OutputId, RefreshRecord, Source, SourceId,
    SourceReport, SourceState, Story, StoryId, Timestamp,
};
use crate::store::evidence::StoryEvidence;
use crate::store::outputs::{
    ArchiveDocument, Archived, DocumentStamp, Membership, OutputState, Place, RuleSpan, Window,
    WindowItem, WindowRequest,
};
use crate::store::rows::Rows;

/// `last_seen` of an entry may be too early by so many milliseconds.
pub(in crate::store) const SEEN_EXACT_TO_MS: i64 = refresh::SEEN_EXACT_TO_MS;

pub(in crate::store) fn register_sources<R: Rows>(
    rows: &R,
    sources: &[Arc<Source>],
    now: Timestamp,
) -> Result<(), R::Error> {
    Ok(sources::register(rows.connection(), sources, now)?)
}

pub(in crate::store) fn source_state<R: Rows>(
    rows: &R,
    source: &SourceId,
) -> Result<SourceState, R::Error> {
    Ok(sources::state(rows.connection(), source)?)
}

pub(in crate::store) fn source_states<R: Rows>(
    rows: &R,
) -> Result<Vec<(SourceId, SourceState)>, R::Error> {
    Ok(sources::states(rows.connection())?)
}

pub(in crate::store) fn source_reports<R: Rows>(rows: &R) -> Result<Vec<SourceReport>, R::Error> {
    Ok(sources::reports(rows.connection())?)
}

pub(in crate::store) fn host_holds<R: Rows>(rows: &R) -> Result<Vec<HostHold>, R::Error> {
    Ok(hosts::holds(rows.connection())?)
}

pub(in crate::store) fn apply<R: Rows>(
    rows: &R,
    record: &RefreshRecord,
) -> Result<Applied, R::Error> {
    Ok(refresh::apply(rows.connection(), record)?)
}

pub(in crate::store) fn register_outputs<R: Rows>(
    rows: &R,
    outputs: &[(OutputId, Hash)],
    base: &str,
) -> Result<Vec<OutputState>, R::Error> {
    Ok(outputs::register(rows.connection(), outputs, base)?)
}

pub(in crate::store) fn id_base<R: Rows>(rows: &R) -> Result<Option<String>, R::Error> {
    Ok(outputs::id_base(rows.connection())?)
}

pub(in crate::store) fn changed_stories<R: Rows>(
    rows: &R,
    limit: usize,
) -> Result<Vec<Story>, R::Error> {
    Ok(outputs::changed(rows.connection(), limit)?)
}

pub(in crate::store) fn stories_after<R: Rows>(
    rows: &R,
    after: StoryId,
    limit: usize,
) -> Result<Vec<Story>, R::Error> {
    Ok(outputs::after(rows.connection(), after, limit)?)
}

pub(in crate::store) fn keep<R: Rows>(
    rows: &R,
    judged: &[Membership],
    rules: &BTreeMap<OutputId, Hash>,
    settle_outbox: bool,
    now: Timestamp,
) -> Result<BTreeMap<OutputId, BTreeSet<StoryId>>, R::Error> {
    Ok(outputs::keep(
        rows.connection(),
        judged,
        rules,
        settle_outbox,
        now,
    )?)
}

pub(in crate::store) fn finish_replay<R: Rows>(
    rows: &R,
    output: &OutputId,
    rules: Hash,
) -> Result<bool, R::Error> {
    Ok(outputs::finish_replay(rows.connection(), output, rules)?)
}

pub(in crate::store) fn changed_windows<R: Rows>(
    rows: &R,
    requests: &[WindowRequest],
) -> Result<Option<Vec<Window>>, R::Error> {
    Ok(windows::changed(rows.connection(), requests)?)
}

pub(in crate::store) fn whole_windows<R: Rows>(
    rows: &R,
    requests: &[WindowRequest],
) -> Result<Vec<Window>, R::Error> {
    Ok(windows::whole(rows.connection(), requests)?)
}

pub(in crate::store) fn stamp<R: Rows>(
    rows: &R,
    documents: &[(OutputId, Hash)],
    now: Timestamp,
) -> Result<Vec<DocumentStamp>, R::Error> {
    Ok(outputs::stamp(rows.connection(), documents, now)?)
}

pub(in crate::store) fn rule_spans<R: Rows>(rows: &R) -> Result<Vec<RuleSpan>, R::Error> {
    Ok(rules::spans(rows.connection())?)
}

pub(in crate::store) fn note_rule_spans<R: Rows>(
    rows: &R,
    spans: &[RuleSpan],
) -> Result<(), R::Error> {
    Ok(rules::note_spans(rows.connection(), spans)?)
}

pub(in crate::store) fn archived<R: Rows>(
    rows: &R,
    output: &OutputId,
    behind: Option<&Place>,
    rules: Hash,
) -> Result<Archived, R::Error> {
    Ok(archives::archived(
        rows.connection(),
        output,
        behind,
        rules,
    )?)
}

pub(in crate::store) fn unarchived<R: Rows>(
    rows: &R,
    output: &OutputId,
    behind: Option<&Place>,
    at_least: usize,
    limit: usize,
) -> Result<Vec<WindowItem>, R::Error> {
    Ok(archives::unarchived(
        rows.connection(),
        output,
        behind,
        at_least,
        limit,
    )?)
}

pub(in crate::store) fn archive<R: Rows>(
    rows: &R,
    output: &OutputId,
    document: &ArchiveDocument,
    items: &[String],
    rules: Hash,
) -> Result<bool, R::Error> {
    Ok(archives::keep(
        rows.connection(),
        output,
        document,
        items,
        rules,
    )?)
}

pub(in crate::store) fn archive_document<R: Rows>(
    rows: &R,
    output: &OutputId,
    number: u32,
) -> Result<Option<ArchiveDocument>, R::Error> {
    Ok(archives::document(rows.connection(), output, number)?)
}

pub(in crate::store) fn story_of<R: Rows>(
    rows: &R,
    entry: EntryId,
) -> Result<Option<Story>, R::Error> {
    Ok(outputs::story_of(rows.connection(), entry)?)
}

pub(in crate::store) fn evidence<R: Rows>(
    rows: &R,
    entry: EntryId,
    window: Duration,
    now: Timestamp,
) -> Result<Option<StoryEvidence>, R::Error> {
    Ok(evidence::of(rows.connection(), entry, window, now)?)
}

pub(in crate::store) fn find_entries<R: Rows>(
    rows: &R,
    words: &str,
    limit: usize,
) -> Result<Vec<Member>, R::Error> {
    Ok(find::entries(rows.connection(), words, limit)?)
}

pub(in crate::store) fn merge<R: Rows>(
    rows: &R,
    one: EntryId,
    other: EntryId,
    now: Timestamp,
) -> Result<bool, R::Error> {
    Ok(stories::merge_by_hand(rows.connection(), one, other, now)?)
}

pub(in crate::store) fn split<R: Rows>(
    rows: &R,
    entry: EntryId,
    now: Timestamp,
) -> Result<bool, R::Error> {
    Ok(stories::split(rows.connection(), entry, now)?)
}

pub(in crate::store) fn forget_keys<R: Rows>(
    rows: &R,
    now: Timestamp,
    reach: Duration,
    limit: usize,
) -> Result<bool, R::Error> {
    Ok(keys::forget(rows.connection(), now, reach, limit)?)
}

pub(in crate::store) fn rebuild_keys<R: Rows>(rows: &R, limit: usize) -> Result<usize, R::Error> {
    Ok(rebuild::step(rows.connection(), limit)?)
}

pub(in crate::store) fn touch<R: Rows>(
    rows: &R,
    story: StoryId,
    now: Timestamp,
) -> Result<(), R::Error> {
    Ok(stories::touch(rows.connection(), story, now)?)
}

pub(in crate::store) fn write_keys<R: Rows>(rows: &R, entry: EntryId) -> Result<(), R::Error> {
    Ok(rebuild::write_keys(rows.connection(), entry)?)
}
