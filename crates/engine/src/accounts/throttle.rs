//! Slowing down whoever guesses passwords, by account and by address, without shutting anybody
//! out.

use lamina_auth::{Failures, ThrottleRule};
use lamina_model::Timestamp;

use super::audit::Origin;
use crate::{Engine, Error};

/// What failures are counted against.
pub(super) struct Subjects {
    both: String,
    account: String,
    address: String,
}

impl Subjects {
    pub(super) fn of(email: &str, origin: &Origin) -> Self {
        let account = email.trim().to_lowercase();
        let address = origin.address.as_deref().unwrap_or("unknown");
        Self {
            both: format!("account-address/{account}/{address}"),
            account: format!("account/{account}"),
            address: format!("address/{address}"),
        }
    }

    fn ruled(&self) -> [(&str, ThrottleRule); 3] {
        [
            (&self.both, ThrottleRule::ACCOUNT_FROM_ADDRESS),
            (&self.account, ThrottleRule::ACCOUNT),
            (&self.address, ThrottleRule::ADDRESS),
        ]
    }
}

impl Engine {
    /// # Errors
    /// [`Error::TooMany`] while there is something to wait for.
    pub(super) async fn check_throttle(
        &self,
        subjects: &Subjects,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut longest = 0;
        for (subject, rule) in subjects.ruled() {
            let counted = self.store().failures(subject).await?;
            let failures = Failures {
                count: counted.count,
                last_at: counted.last_at,
            };
            // Failures that are old enough to be forgotten make nobody wait.
            let forgotten = failures
                .last_at
                .is_none_or(|last| now >= last.plus_seconds(rule.forget_s.into()));
            if !forgotten {
                longest = longest.max(rule.wait_s(&failures, now));
            }
        }
        if longest == 0 {
            return Ok(());
        }
        Err(Error::TooMany {
            why: format!("too many failed tries; try again in {longest} s"),
            retry_after_s: longest,
        })
    }

    /// Counts one failure.
    pub(super) async fn count_failure(
        &self,
        subjects: &Subjects,
        now: Timestamp,
    ) -> Result<(), Error> {
        let forget = i64::from(ThrottleRule::ACCOUNT.forget_s);
        let all = [subjects.both.as_str(), &subjects.account, &subjects.address];
        Ok(self
            .store()
            .add_failure(&all, now, now.plus_seconds(-forget))
            .await?)
    }

    /// A success clears what was counted against the account. Not what was counted against the
    /// address: who has one account could else go on guessing at others.
    pub(super) async fn clear_failures(&self, subjects: &Subjects) -> Result<(), Error> {
        self.store().clear_failures(&subjects.both).await?;
        Ok(self.store().clear_failures(&subjects.account).await?)
    }
}
