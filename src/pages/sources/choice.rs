//! Which sources a visitor wants to see, in which order: the parameters of the address. What cannot be read is passed over.

use super::super::listing::ListedSource;
use super::super::request::PageRequest;
use super::column::Column;
use super::state::in_words;
use crate::model::SourceStatus;
use crate::text::fold;

/// Longest text that is searched for, in characters.
const LONGEST: usize = 200;

/// Which sources a visitor wants to see, in which order.
pub(super) struct Choice {
    /// Part of an id, a title or an address; empty: any.
    pub(super) text: String,
    /// The text, folded.
    folded: String,
    /// Of this state only.
    pub(super) status: Option<SourceStatus>,
    /// With this tag only; empty: any.
    pub(super) tag: String,
    pub(super) column: Column,
    pub(super) is_descending: bool,
}

impl Choice {
    /// What the parameters of a request say.
    pub(super) fn of(request: &PageRequest) -> Self {
        let first = |name: &str| {
            let value = request.values(name).into_iter().next().unwrap_or_default();
            value.trim().chars().take(LONGEST).collect::<String>()
        };
        let (text, sort, order) = (first("q"), first("sort"), first("order"));
        let column = Column::ALL.into_iter().find(|column| column.word() == sort);
        let column = column.unwrap_or(Column::Id);
        Self {
            folded: fold(&text),
            text,
            status: SourceStatus::from_word(&first("state")),
            tag: first("tag"),
            column,
            is_descending: order == "desc",
        }
    }

    /// Whether a source is wanted.
    pub(super) fn takes(&self, listed: &ListedSource) -> bool {
        let has_tag = || listed.source.tags.contains(&self.tag);
        self.status.is_none_or(|status| status == listed.status)
            && (self.tag.is_empty() || has_tag())
            && listed.searched.contains(&self.folded)
    }

    /// Puts sources, which stand by id, into the order wanted.
    pub(super) fn sort(&self, sources: &mut [&ListedSource]) {
        self.column.sort(sources, self.is_descending);
    }

    /// What narrows the list, behind its numbers; empty: nothing.
    pub(super) fn filters_in_words(&self) -> String {
        let mut words = Vec::new();
        if !self.text.is_empty() {
            words.push(format!("with “{}” in id, title or address", self.text));
        }
        if let Some(status) = self.status {
            words.push(in_words(status).to_owned());
        }
        if !self.tag.is_empty() {
            words.push(format!("tagged “{}”", self.tag));
        }
        let words = words.join(" and ");
        match words.is_empty() {
            true => words,
            false => format!(", {words}"),
        }
    }

    pub(super) fn order_in_words(&self) -> String {
        let way = if self.is_descending {
            "descending"
        } else {
            "ascending"
        };
        let by = self.column.title().to_lowercase();
        format!("sorted by {by}, {way}")
    }

    /// The query of another page of the same list. `query`: that of the token.
    pub(super) fn query(&self, page: usize, query: &str) -> String {
        self.query_in(self.column, self.is_descending, page, query)
    }

    /// The query of the same list by another column: ascending or descending as one begins with it, the other way if it is in force.
    pub(super) fn query_by(&self, column: Column, query: &str) -> String {
        let is_descending = match column == self.column {
            true => !self.is_descending,
            false => column.begins_descending(),
        };
        self.query_in(column, is_descending, 1, query)
    }

    fn query_in(&self, column: Column, is_descending: bool, page: usize, query: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        let status = self.status.map_or("", SourceStatus::as_str);
        for (name, value) in [
            ("q", self.text.as_str()),
            ("state", status),
            ("tag", &self.tag),
        ] {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        if column != Column::Id {
            pairs.append_pair("sort", column.word());
        }
        if is_descending {
            pairs.append_pair("order", "desc");
        }
        if page > 1 {
            pairs.append_pair("page", &page.to_string());
        }
        let pairs = pairs.finish();
        match (query.is_empty(), pairs.is_empty()) {
            (_, true) => query.to_owned(),
            (true, false) => format!("?{pairs}"),
            (false, false) => format!("{query}&{pairs}"),
        }
    }
}
