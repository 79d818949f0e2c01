//! Telling a hub of news: one POST, through the same client and guard as everything that is asked.

use http::{HeaderMap, HeaderValue, header};
use url::Url;

use super::deadline::Deadline;
use super::failure::classify;
use super::guard::EgressPolicy;
use super::headers::user_agent;
use super::throttle::{HostWord, host_word};
use super::way::Way;
use super::{Failure, Fetcher, SourceSettings, freshness, host_of};
use crate::clock::Clock;
use crate::model::FailureClass;
use crate::websub::FORM;

impl Fetcher {
    /// Posts a form to a hub; returns the status, one of success. A redirect is not followed: it is for whoever wrote the
    /// address to see. Waits for no host's turn and takes no place: who calls sees to the pace. A host that wants to be left
    /// alone is not told either, and one that refuses (429) is left alone by those who ask for feeds.
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
        let policy = policy.judge(hub, hub)?;
        let client = self
            .shared
            .clients
            .get(policy, settings, Way::of(settings))?;
        let (host, holds) = (host_of(hub), self.holds());
        if let Some(hold) = holds.in_force(&host, clock.now()) {
            return Err(Failure {
                status: Some(hold.status),
                retry_after: Some(hold.until),
                ..Failure::new(FailureClass::Status, hold.because())
            });
        }
        let mut headers = HeaderMap::new();
        let contact = settings.contact.as_deref();
        headers.insert(header::USER_AGENT, user_agent(contact));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
        let request = client.http.post(hub.clone()).headers(headers).body(form);
        let mut deadline = Deadline::new(settings.timeout);
        let response = deadline.run(request.send()).await?.map_err(classify)?;
        if let Some(address) = response.remote_addr().filter(|_| proxy.is_none()) {
            client.policy.check(address.ip())?;
        }
        // What it says beside the status is not read: there is nothing in it that we act upon.
        let (status, now) = (response.status(), clock.now());
        let word = host_word(status, response.headers(), now);
        if let HostWord::Refused(_) = word {
            let refusals = holds.refusals(&host);
            holds.hear(&host, refusals, word, self.shared.hosts.gap(), now);
        }
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
            retry_after: freshness::retry_after(response.headers(), now),
            ..Failure::new(class, what.trim_end())
        })
    }
}
