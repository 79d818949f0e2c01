//! Not yet.

use super::made::{MadePage, NoPage};
use super::request::PageRequest;
use crate::model::StoryId;

pub(super) async fn make(_request: &PageRequest, _story: StoryId) -> Result<MadePage, NoPage> {
    Err(NoPage::Missing)
}
