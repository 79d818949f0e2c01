//! What of the published documents is news.

use std::collections::BTreeMap;

use crate::model::{OutputId, Timestamp};

/// What was seen of the published documents.
#[derive(Debug)]
pub struct News {
    started_at: Timestamp,
    seen: BTreeMap<OutputId, Timestamp>,
}

impl News {
    /// Nothing was seen so far, by a process that started at `started_at`.
    #[must_use]
    pub fn since(started_at: Timestamp) -> Self {
        Self {
            started_at,
            seen: BTreeMap::new(),
        }
    }

    /// The outputs whose documents have changed since the last look, in order; `published` says when each last changed.
    /// What is seen for the first time is news only if it changed after the start: hubs know the rest from before.
    pub fn look(&mut self, published: &BTreeMap<OutputId, Timestamp>) -> Vec<OutputId> {
        let mut news = Vec::new();
        for (output, changed_at) in published {
            let is_news = match self.seen.insert(output.clone(), *changed_at) {
                // Not "later than": the clock may have been put back.
                Some(before) => before != *changed_at,
                None => *changed_at >= self.started_at,
            };
            if is_news {
                news.push(output.clone());
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_changed_before_the_start_is_no_news() {
        let start = Timestamp::default();
        let id = |id: &str| OutputId::new(id).expect("an id");
        let (earlier, later) = (
            start - Duration::from_secs(1),
            start + Duration::from_secs(1),
        );
        let mut news = News::since(start);
        let mut published = BTreeMap::from([(id("new"), start), (id("old"), earlier)]);
        assert_eq!(news.look(&published), [id("new")]);
        assert!(news.look(&published).is_empty());
        published.insert(id("old"), later);
        assert_eq!(news.look(&published), [id("old")]);
        // Another process published it, by a clock that is behind.
        published.insert(id("old"), earlier);
        assert_eq!(news.look(&published), [id("old")]);
    }
}
