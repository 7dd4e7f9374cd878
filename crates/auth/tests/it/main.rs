//! The crate through its public door. Tests that carry the number of a standard (`c_07_…`) or
//! of an attack case (`t_42_…`) are listed in `CASES.md`.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop where its own set-up is wrong"
)]

mod kit;

mod bearer;
mod browser;
mod cases;
mod challenge;
mod cookies;
mod embed;
mod key_ids_and_secrets;
mod key_ring;
mod key_state;
mod laws;
mod oidc;
mod oracle;
mod passwords;
mod throttle;
mod token_claims;
mod token_form;
mod token_header;
mod token_signature;
