//! Waiting after failures.

use lamina_auth::{Failures, ThrottleRule};

use crate::kit::now;

const RULES: [ThrottleRule; 3] = [
    ThrottleRule::ACCOUNT_FROM_ADDRESS,
    ThrottleRule::ACCOUNT,
    ThrottleRule::ADDRESS,
];

/// The state after a number of failures, one a second, the last one at `now`.
fn after(rule: &ThrottleRule, count: u32) -> Failures {
    (0..count).fold(Failures::default(), |failures, index| {
        rule.after_failure(
            &failures,
            now().plus_seconds(i64::from(index) - i64::from(count) + 1),
        )
    })
}

#[test]
fn t_90_the_eleventh_try_on_an_account_waits() {
    let rule = ThrottleRule::ACCOUNT_FROM_ADDRESS;
    assert_eq!(rule.wait_s(&after(&rule, 9), now()), 0);
    assert_eq!(rule.wait_s(&after(&rule, 10), now()), 5);
    assert_eq!(rule.wait_s(&after(&rule, 11), now()), 10);
    assert_eq!(rule.wait_s(&after(&rule, 100), now()), 300);
    // From elsewhere, the same account goes on freely for longer.
    assert_eq!(
        ThrottleRule::ACCOUNT.wait_s(&after(&ThrottleRule::ACCOUNT, 99), now()),
        0
    );
    assert!(ThrottleRule::ACCOUNT.wait_s(&after(&ThrottleRule::ACCOUNT, 100), now()) > 0);
}

#[test]
fn t_91_no_wait_is_longer_than_minutes_however_many_failures() {
    for rule in RULES {
        for count in [rule.free + 10, 1_000, 1_000_000, u32::MAX] {
            let failures = Failures {
                count,
                last_at: Some(now()),
            };
            assert!(rule.wait_s(&failures, now()) <= 300);
            assert_eq!(rule.wait_s(&failures, now().plus_seconds(301)), 0);
        }
    }
}

#[test]
fn waits_grow_and_pass_and_are_forgotten() {
    for rule in RULES {
        let mut longest = 0;
        for count in 0..rule.free + 20 {
            let wait = rule.wait_s(
                &Failures {
                    count,
                    last_at: Some(now()),
                },
                now(),
            );
            assert!(wait >= longest);
            longest = wait;
        }
        let failures = after(&rule, rule.free + 3);
        let wait = i64::from(rule.wait_s(&failures, now()));
        assert_eq!(rule.wait_s(&failures, now().plus_seconds(wait)), 0);
        assert!(rule.wait_s(&failures, now().plus_seconds(wait).plus_micros(-1)) > 0);
        let much_later = now().plus_seconds(rule.forget_s.into());
        assert_eq!(rule.after_failure(&failures, much_later).count, 1);
    }
}

#[test]
fn t_131_a_clock_set_back_makes_no_wait_longer() {
    let rule = ThrottleRule::ACCOUNT_FROM_ADDRESS;
    let failures = after(&rule, 12);
    assert_eq!(
        rule.wait_s(&failures, now().plus_seconds(-86_400)),
        rule.wait_s(&failures, now())
    );
}
