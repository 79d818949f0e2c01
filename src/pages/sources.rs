//! Not yet.

use super::made::{MadePage, NoPage};
use super::request::PageRequest;

pub(super) async fn make(_request: &PageRequest) -> Result<MadePage, NoPage> {
    Err(NoPage::Missing)
}
