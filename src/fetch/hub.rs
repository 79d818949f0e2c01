//! Telling a hub of news: one POST, through the same client and guard as everything that is asked.

use http::{HeaderMap, HeaderValue, header};
use url::Url;

use super::client::user_agent;
use super::deadline::Deadline;
use super::failure::classify;
use super::guard::EgressPolicy;
use super::{Failure, Fetcher, SourceSettings, freshness};
use crate::clock::Clock;
use crate::model::FailureClass;
use crate::websub::FORM;

impl Fetcher {
    /// Posts a form to a hub; returns the status, one of success. A redirect is not followed: it is for whoever wrote the
    /// address to see. Waits for no host's turn and takes no place: who calls sees to the pace.
    ///
    /// # Errors
    /// Why the hub did not take it; with its `Retry-After` (RFC 9110 §10.2.3), whatever the status.
    pub async fn tell_hub(
        &self,
        hub: &Url,
        form: String,
        settings: &SourceSettings,
        clock: &dyn Clock,
    ) -> Result<u16, Failure> {
        let proxy = settings.proxy.as_ref();
        let policy = EgressPolicy::new(&settings.allow_addresses).with_proxy(proxy);
        policy.check_url(hub, hub)?;
        let client = self.client(&policy, settings);
        let client = client.map_err(|why| Failure::new(FailureClass::Connect, why))?;
        let mut headers = HeaderMap::new();
        let contact = settings.contact.as_deref();
        headers.insert(header::USER_AGENT, user_agent(contact));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
        let request = client.post(hub.clone()).headers(headers).body(form);
        let mut deadline = Deadline::new(settings.timeout);
        let response = deadline.run(request.send()).await?.map_err(classify)?;
        if let Some(address) = response.remote_addr().filter(|_| proxy.is_none()) {
            policy.check(address.ip())?;
        }
        // What it says beside the status is not read: there is nothing in it that we act upon.
        let status = response.status();
        if status.is_success() {
            return Ok(status.as_u16());
        }
        let reason = status.canonical_reason().unwrap_or_default();
        let what = format!("the hub answered {} {reason}", status.as_u16());
        let class = if status.is_redirection() {
            FailureClass::Redirect
        } else {
            FailureClass::Status
        };
        Err(Failure {
            status: Some(status.as_u16()),
            retry_after: freshness::retry_after(response.headers(), clock.now()),
            ..Failure::new(class, what.trim_end())
        })
    }
}
