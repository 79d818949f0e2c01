//! Who asks for a page: known by the tokens that the request carried.

use crate::model::Secret;

/// Who asks for a page. A request carries two tokens at most: in its address, and in its `Authorization` header.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    in_address: Option<Vec<u8>>,
    in_header: Option<Vec<u8>>,
}

impl Visitor {
    /// Someone whose request carried these tokens.
    #[must_use]
    pub fn new(in_address: Option<Vec<u8>>, in_header: Option<Vec<u8>>) -> Self {
        Self {
            in_address,
            in_header,
        }
    }

    /// Whether the request carried no token at all, right or wrong.
    pub(super) fn is_anonymous(&self) -> bool {
        self.in_address.is_none() && self.in_header.is_none()
    }

    /// Whether one of the tokens is this one; what needs no token is open to everybody.
    pub(super) fn may_read(&self, token: Option<&Secret>) -> bool {
        let Some(token) = token else { return true };
        let mut carried = [&self.in_address, &self.in_header].into_iter().flatten();
        carried.any(|carried| token.matches(carried))
    }

    /// The query that links to something behind this token need: `?token=…` where the visitor brought it in the address, for a
    /// browser would ask for it otherwise; else nothing.
    pub(super) fn query_for(&self, token: Option<&Secret>) -> String {
        let brought = self.in_address.as_ref().zip(token);
        let brought = brought.filter(|(carried, token)| token.matches(carried));
        let encoded = brought.map(|(carried, _)| {
            let encoded: String = url::form_urlencoded::byte_serialize(carried).collect();
            format!("?token={encoded}")
        });
        encoded.unwrap_or_default()
    }
}
