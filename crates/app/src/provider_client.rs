//! Talks HTTPS to the sign-in provider.

use std::{io::Read, time::Duration};

use lamina_engine::{ProviderClient, ProviderError};
use ureq::Agent;

/// The most bytes of an answer.
const MOST_BYTES: u64 = 1 << 20;

/// Follows no redirect, waits ten seconds, and trusts what the system trusts.
#[derive(Debug)]
pub(crate) struct HttpsClient {
    agent: Agent,
}

impl HttpsClient {
    pub(crate) fn new() -> Self {
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .max_redirects(0)
            .http_status_as_error(false)
            .tls_config(tls)
            .build();
        Self {
            agent: config.into(),
        }
    }
}

impl ProviderClient for HttpsClient {
    fn get(&self, url: &str) -> Result<Vec<u8>, ProviderError> {
        read(
            self.agent
                .get(url)
                .header("accept", "application/json")
                .call(),
        )
    }

    fn post_form(
        &self,
        url: &str,
        authorization: &str,
        form: &str,
    ) -> Result<Vec<u8>, ProviderError> {
        read(
            self.agent
                .post(url)
                .header("accept", "application/json")
                .header("authorization", authorization)
                .header("content-type", "application/x-www-form-urlencoded")
                .send(form),
        )
    }
}

/// Neither bodies nor addresses are repeated: they may hold codes and tokens.
fn read(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Vec<u8>, ProviderError> {
    let mut answer =
        answer.map_err(|cause| ProviderError(format!("it did not answer: {cause}")))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(ProviderError(format!(
            "it answered with status {}",
            status.as_u16()
        )));
    }
    let mut bytes = Vec::new();
    let body = answer
        .body_mut()
        .as_reader()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes);
    body.map_err(|cause| ProviderError(format!("its answer broke off: {cause}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ProviderError(format!(
            "its answer is longer than {MOST_BYTES} bytes"
        )));
    }
    Ok(bytes)
}
