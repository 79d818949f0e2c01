//! Not yet.

use super::made::{MadePage, NoPage};
use super::request::PageRequest;
use crate::model::SourceId;

pub(super) async fn make(_request: &PageRequest, _source: &SourceId) -> Result<MadePage, NoPage> {
    Err(NoPage::Missing)
}
