//! Not yet.

use super::made::{MadePage, NoPage};
use super::request::PageRequest;
use crate::model::OutputId;

pub(super) async fn make(_request: &PageRequest, _output: &OutputId) -> Result<MadePage, NoPage> {
    Err(NoPage::Missing)
}
