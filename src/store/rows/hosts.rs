//! Hosts that asked for no requests until some time.

use super::transaction::Rows;
use crate::model::{HostHold, Timestamp};

/// Hosts that asked for no requests until some time, one row a host.
pub(in crate::store) trait HostRows: Rows {
    /// All holds, by host name.
    fn host_holds(&self) -> Result<Vec<HostHold>, Self::Error>;

    /// The hold of one host.
    fn host_hold(&self, host: &str) -> Result<Option<HostHold>, Self::Error>;

    /// Writes a hold in place of what is stored for its host.
    fn write_host_hold(&self, hold: &HostHold) -> Result<(), Self::Error>;

    /// Deletes every hold whose `until` lies before this moment.
    fn forget_host_holds(&self, before: Timestamp) -> Result<(), Self::Error>;

    /// Deletes the hold of one host.
    fn release_host(&self, host: &str) -> Result<(), Self::Error>;
}
