//! Two texts compared: runs of words that both have, or one of them.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

use super::spans::WordSpans;

/// So few unchanged words between two changes do not part them: a rewritten sentence keeps its articles and its commas, and
/// nobody can read it interleaved with its predecessor.
const GAP: usize = 4;

/// Which text has a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunKind {
    Same,
    Removed,
    Added,
}

/// A run of words by their numbers in each text.
#[derive(Debug, Clone)]
pub(super) struct WordRun {
    pub(super) kind: RunKind,
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

impl WordRun {
    /// How many words are shown.
    pub(super) fn len(&self) -> usize {
        match self.kind {
            RunKind::Removed => self.old.len(),
            RunKind::Same | RunKind::Added => self.new.len(),
        }
    }

    /// Some of them, counted from the first one.
    pub(super) fn part(&self, words: Range<usize>) -> Self {
        let of = |all: &Range<usize>| {
            let at = |word: usize| (all.start + word).min(all.end);
            at(words.start)..at(words.end)
        };
        Self {
            kind: self.kind,
            old: of(&self.old),
            new: of(&self.new),
        }
    }
}

/// All words of two texts, compared.
pub(super) fn runs(old: &WordSpans<'_>, new: &WordSpans<'_>) -> Vec<WordRun> {
    let mut input = InternedInput::default();
    input.update_before(old.each());
    input.update_after(new.each());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let mut runs = Vec::new();
    let (mut in_old, mut in_new) = (0, 0);
    let mut push = |kind, old: Range<usize>, new: Range<usize>| {
        if !old.is_empty() || !new.is_empty() {
            runs.push(WordRun { kind, old, new });
        }
    };
    for (old, new) in joined(diff.hunks()) {
        push(RunKind::Same, in_old..old.start, in_new..new.start);
        push(RunKind::Removed, old.clone(), new.start..new.start);
        push(RunKind::Added, old.end..old.end, new.clone());
        (in_old, in_new) = (old.end, new.end);
    }
    push(
        RunKind::Same,
        in_old..old.words.len(),
        in_new..new.words.len(),
    );
    runs
}

/// The words of a change in each text.
type Changed = (Range<usize>, Range<usize>);

/// Changes, those joined that next to nothing parts: see [`GAP`].
fn joined(hunks: impl Iterator<Item = Hunk>) -> Vec<Changed> {
    let mut changes: Vec<Changed> = Vec::new();
    let size = |(old, new): &Changed| old.len().max(new.len());
    for hunk in hunks {
        let range = |words: Range<u32>| words.start as usize..words.end as usize;
        let change = (range(hunk.before), range(hunk.after));
        if let Some(last) = changes.last_mut() {
            let gap = change.0.start - last.0.end;
            if gap <= GAP.min(size(last)).min(size(&change)) {
                *last = (last.0.start..change.0.end, last.1.start..change.1.end);
                continue;
            }
        }
        changes.push(change);
    }
    changes
}
