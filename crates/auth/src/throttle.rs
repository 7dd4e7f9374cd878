//! How long somebody waits who keeps failing to sign in.
//!
//! The first failures cost nothing; after them the wait doubles up to a cap of minutes, and a
//! quiet time forgets everything. There is no permanent lock, so nobody can shut a victim
//! out for good. Keep one [`Failures`] a (account, address), an account, and an address,
//! each under its own rule, and wait for the longest. Sessions and API keys never wait.

use lamina_model::Timestamp;

/// The failures counted against one account, address, or both together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many in a row.
    pub count: u32,
    /// When the last one was.
    pub last_at: Option<Timestamp>,
}

/// How failures turn into waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleRule {
    /// Tries in a row that need no waiting.
    pub free: u32,
    /// The wait after the last of those has failed, in seconds. It doubles with each more.
    pub first_wait_s: u32,
    /// The longest wait, in seconds.
    pub longest_wait_s: u32,
    /// The quiet time after which failures are forgotten, in seconds.
    pub forget_s: u32,
}

impl ThrottleRule {
    /// For one account from one address: ten free tries, then 5 s doubling to five minutes.
    pub const ACCOUNT_FROM_ADDRESS: Self = Self {
        free: 10,
        first_wait_s: 5,
        longest_wait_s: 300,
        forget_s: 3_600,
    };
    /// For one account from anywhere: a hundred free tries (the most that NIST SP 800-63B
    /// allows in a row), then 1 s doubling to one minute, so a right password from elsewhere
    /// comes through within a minute even under attack.
    pub const ACCOUNT: Self = Self {
        free: 100,
        first_wait_s: 1,
        longest_wait_s: 60,
        forget_s: 3_600,
    };
    /// For one address against any account: fifty free tries, since an office shares one,
    /// then 1 s doubling to five minutes.
    pub const ADDRESS: Self = Self {
        free: 50,
        first_wait_s: 1,
        longest_wait_s: 300,
        forget_s: 3_600,
    };

    /// How many whole seconds are left to wait; 0 for none. What `Retry-After` says.
    pub fn wait_s(&self, failures: &Failures, now: Timestamp) -> u32 {
        let Some(last_at) = failures.last_at else {
            return 0;
        };
        let until = last_at.plus_seconds(self.penalty_s(failures.count).into());
        // A clock set back must not make the wait longer than the whole penalty.
        let left_us = until
            .as_micros()
            .saturating_sub(now.max(last_at).as_micros());
        let left_us = u64::try_from(left_us).unwrap_or(0);
        u32::try_from(left_us.div_ceil(1_000_000)).unwrap_or(self.longest_wait_s)
    }

    /// The count after one more failure.
    #[must_use]
    pub fn after_failure(&self, failures: &Failures, now: Timestamp) -> Failures {
        let forgotten = failures
            .last_at
            .is_none_or(|last| now >= last.plus_seconds(self.forget_s.into()));
        Failures {
            count: if forgotten {
                1
            } else {
                failures.count.saturating_add(1)
            },
            last_at: Some(now),
        }
    }

    fn penalty_s(&self, count: u32) -> u32 {
        match count.saturating_add(1).saturating_sub(self.free) {
            0 => 0,
            over => self
                .first_wait_s
                .saturating_mul(1_u32.checked_shl(over - 1).unwrap_or(u32::MAX))
                .min(self.longest_wait_s),
        }
    }
}
