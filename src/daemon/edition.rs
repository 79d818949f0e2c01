//! What a reload may change for the outward tasks.

use std::sync::Arc;

use crate::config::Config;
use crate::fetch::SourceSettings;
use crate::maintain::Retention;
use crate::republish::Plan;

/// The part of a configuration that the outward tasks go by. Cheap to clone.
#[derive(Clone)]
pub(super) struct Edition {
    pub(super) plan: Arc<Plan>,
    pub(super) retention: Retention,
    /// How hubs are told of news.
    pub(super) hubs: Arc<SourceSettings>,
}

impl Edition {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            plan: config.plan.clone(),
            retention: config.retention(),
            hubs: config.hubs.clone(),
        }
    }
}
