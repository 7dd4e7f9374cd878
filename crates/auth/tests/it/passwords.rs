//! Passwords.

use std::time::{Duration, Instant};

use lamina_auth::{
    MAX_PASSWORD_BYTES, Password, PasswordContext, PasswordCost, PasswordError, PasswordMatch,
    PasswordMemory, PasswordPolicy,
};

use crate::kit::{Drawn, cpu_time};

/// Fast, for tests that are not about cost.
const CHEAP: PasswordCost = PasswordCost {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};

fn typed(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn matches(stored: &str, text: &str) -> PasswordMatch {
    CHEAP.verify(stored, &typed(text)).unwrap()
}

fn judge(text: &str) -> Result<(), PasswordError> {
    let context = PasswordContext {
        email: "marguerite.hopper@navalworks.example",
        name: "Marguerite Hopper",
    };
    PasswordPolicy::default().check(&typed(text), &context)
}

#[test]
fn a_password_matches_its_hash_and_no_other() {
    let stored = CHEAP.hash(&typed("orbit lantern mossy"), &Drawn::default());
    assert_eq!(
        matches(&stored, "orbit lantern mossy"),
        PasswordMatch::Right
    );
    for wrong in [
        "",
        "orbit lantern mossY",
        "orbit lantern mossy ",
        " orbit lantern mossy",
    ] {
        assert_eq!(matches(&stored, wrong), PasswordMatch::Wrong, "{wrong:?}");
    }
}

#[test]
fn the_stored_form_is_the_phc_string_that_others_write() {
    let stored = PasswordCost::default().hash(&typed("x"), &Drawn::default());
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
    // Made by the reference implementation, through argon2-cffi 25.1.
    let foreign = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$/50xnrsKP4wSaioXIGdwkDuFf8yhAUakbyDRg5URGCA";
    assert_eq!(
        PasswordCost::default().verify(foreign, &typed("correct lantern mossy")),
        Ok(PasswordMatch::Right)
    );
}

#[test]
fn a_damaged_hash_is_an_error_not_a_match() {
    let good = CHEAP.hash(&typed("x"), &Drawn::default());
    for damaged in [
        String::new(),
        "plain".to_owned(),
        good.replace("argon2id", "argon2i"),
        good.replace("v=19", "v=16"),
        good.replace("m=64", "m=4294967295"),
        good.replace("m=64", "m=0"),
        good.replace("t=1", "t=99999"),
        good.replace("p=1", "p=0"),
        good[..good.len() - 4].to_owned(),
        format!("{good}$"),
    ] {
        assert!(CHEAP.verify(&damaged, &typed("x")).is_err(), "{damaged}");
    }
}

#[test]
fn t_93_long_passwords_are_taken_whole_and_endless_ones_refused() {
    for length in [64, 128, MAX_PASSWORD_BYTES] {
        let long = "x".repeat(length - 1);
        let stored = CHEAP.hash(&typed(&format!("{long}a")), &Drawn::default());
        assert_eq!(matches(&stored, &format!("{long}a")), PasswordMatch::Right);
        assert_eq!(matches(&stored, &format!("{long}b")), PasswordMatch::Wrong);
    }
    for length in [MAX_PASSWORD_BYTES + 1, 1 << 20] {
        let started = Instant::now();
        let refused = Password::new(&"x".repeat(length)).unwrap_err();
        assert_eq!(refused, PasswordError::TooLong);
        assert!(started.elapsed() < Duration::from_millis(20));
    }
    // This one character is eighteen in its normal form.
    assert!(Password::new(&"\u{fdfa}".repeat(341)).is_err());
}

#[test]
fn t_94_bytes_beyond_the_seventy_second_count() {
    let stored = CHEAP.hash(&typed(&format!("{}1", "y".repeat(72))), &Drawn::default());
    assert_eq!(
        matches(&stored, &format!("{}2", "y".repeat(72))),
        PasswordMatch::Wrong
    );
}

#[test]
fn t_95_the_same_text_in_another_normal_form_is_the_same_password() {
    let stored = CHEAP.hash(
        &typed("caf\u{e9} \u{1f980} \u{212b}ngstr\u{f6}m"),
        &Drawn::default(),
    );
    let decomposed = "cafe\u{301} \u{1f980} A\u{30a}ngstro\u{308}m";
    assert_eq!(matches(&stored, decomposed), PasswordMatch::Right);
    let spaced = CHEAP.hash(&typed(" two  spaces "), &Drawn::default());
    assert_eq!(matches(&spaced, " two  spaces "), PasswordMatch::Right);
    assert_eq!(matches(&spaced, "two spaces"), PasswordMatch::Wrong);
    let nul = CHEAP.hash(&typed("before\0after"), &Drawn::default());
    assert_eq!(matches(&nul, "before\0after"), PasswordMatch::Right);
    assert_eq!(matches(&nul, "before"), PasswordMatch::Wrong);
    assert_eq!(matches(&nul, "before\0other"), PasswordMatch::Wrong);
}

#[test]
fn t_96_nobody_takes_as_long_as_somebody_and_so_does_an_empty_password() {
    let cost = PasswordCost::default();
    let stored = cost.hash(&typed("orbit lantern mossy"), &Drawn::default());
    let (wrong, empty) = (typed("another lantern here"), typed(""));
    let acts: [&dyn Fn(); 3] = [
        &|| cost.verify_nobody(&mut PasswordMemory::default(), &wrong),
        &|| assert_eq!(cost.verify(&stored, &wrong), Ok(PasswordMatch::Wrong)),
        &|| assert_eq!(cost.verify(&stored, &empty), Ok(PasswordMatch::Wrong)),
    ];
    let mut least = [Duration::MAX; 3];
    for _ in 0..7 {
        for (act, least) in acts.iter().zip(&mut least) {
            *least = (*least).min(cpu_time(act));
        }
    }
    // The least of several, because other tests share the cores' caches.
    for time in &least[1..] {
        let ratio = least[0].as_secs_f64() / time.as_secs_f64();
        assert!((0.75..1.33).contains(&ratio), "{least:?}");
    }
}

#[test]
fn t_98_a_hash_of_another_cost_is_accepted_and_asks_to_be_renewed() {
    let stored = CHEAP.hash(&typed("orbit lantern mossy"), &Drawn::default());
    let now = PasswordCost { passes: 2, ..CHEAP };
    assert_eq!(
        now.verify(&stored, &typed("orbit lantern mossy")),
        Ok(PasswordMatch::RightButOutdated)
    );
    assert_eq!(now.verify(&stored, &typed("x")), Ok(PasswordMatch::Wrong));
}

#[test]
fn t_99_short_passwords_are_refused_with_the_numbers() {
    assert_eq!(
        judge("seven77"),
        Err(PasswordError::TooShort {
            chars: 7,
            min_chars: 15
        })
    );
    // Characters count, not bytes.
    assert!(matches!(
        judge("\u{e9}\u{e8}\u{ea}\u{eb}\u{e0}\u{e2}\u{e4}\u{e7}"),
        Err(PasswordError::TooShort { chars: 8, .. })
    ));
    let eight = PasswordPolicy::with_min_chars(8).unwrap();
    assert_eq!(
        eight.check(&typed("kV9#tq2m"), &PasswordContext::default()),
        Ok(())
    );
    assert_eq!(
        PasswordPolicy::with_min_chars(7),
        Err(PasswordError::PolicyTooWeak(7))
    );
}

#[test]
fn t_99_what_everybody_tries_is_refused() {
    for common in [
        "passwordpassword",
        "Password12345678",
        "P@ssw0rd1234567",
        "123456789012345",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "abc123abc123abc123",
        "qwertyuiopasdfgh",
        "1qaz2wsx3edc4rfv",
        "zyxwvutsrqponmlk",
        "iloveyou12345678",
        "SummerWinter2024!",
        "letmeinletmein!!",
        "administrator2025",
        "correcthorsebatterystaple",
        "!!!!!!!!!!!!!!!!!",
        "superman-batman-99",
        "            x  ",
        "1q2w3e4r5t6y7u8i9o",
    ] {
        assert_eq!(judge(common), Err(PasswordError::Common), "{common}");
    }
    let eight = PasswordPolicy::with_min_chars(8).unwrap();
    for common in [
        "password",
        "Passw0rd!",
        "12345678",
        "iloveyou",
        "football1",
        "qwerty123",
        "trustno1",
        "letmein!",
        "welcome2024",
        "admin123",
        "dragon99",
        "00000000",
        "11111111",
        "abcd1234",
        "asdfghjkl",
        "p4ssw0rd",
        "baseball",
        "superman1",
        "sunshine!",
        "zxcvbnm1",
        "michael2020",
    ] {
        let verdict = eight.check(&typed(common), &PasswordContext::default());
        assert_eq!(verdict, Err(PasswordError::Common), "{common}");
    }
}

#[test]
fn t_99_ones_own_name_and_the_products_are_refused() {
    for personal in [
        "marguerite.hopper",
        "MargueriteHopper1",
        "navalworks-2026!!",
        "laminalaminalamina",
        "hopperpassword123",
        "visuallayer2026!",
        "LaminaMarguerite",
    ] {
        assert_eq!(judge(personal), Err(PasswordError::Personal), "{personal}");
    }
}

#[test]
fn uncommon_passwords_are_accepted_without_rules_about_characters() {
    for fine in [
        "orbit lantern mossy",
        "four-whales-knit-quietly",
        "8329472938472934",
        "mfwqzkplxnvbtrs",
        "the red kettle sings at noon",
        "correct horse battery staple",
        "J9$kq!xT2vLw8@zR",
        "marguerite rides a purple llama",
        "zwei fl\u{fc}sse treffen sich",
        "\u{6211}\u{559c}\u{6b22}\u{5728}\u{6d77}\u{8fb9}\u{770b}\u{65e5}\u{51fa}\u{548c}\u{65e5}\u{843d}\u{7684}\u{989c}\u{8272}",
    ] {
        assert_eq!(judge(fine), Ok(()), "{fine}");
    }
}

#[test]
fn t_127_a_password_shows_nothing_in_debug_output() {
    assert_eq!(
        format!("{:?}", typed("orbit lantern mossy")),
        "Password(redacted)"
    );
}

/// What an earlier hash left in the memory has no part in a later one.
#[test]
fn memory_that_was_used_before_changes_no_hash() {
    let mut memory = PasswordMemory::default();
    let larger = PasswordCost {
        memory_kib: 64,
        ..CHEAP
    };
    for cost in [CHEAP, larger, CHEAP] {
        let fresh = cost.hash(&typed("orbit lantern mossy"), &Drawn::default());
        let again = cost.hash_in(
            &mut memory,
            &typed("orbit lantern mossy"),
            &Drawn::default(),
        );
        assert_eq!(fresh, again);
        let checked = cost.verify_in(&mut memory, &fresh, &typed("orbit lantern mossy"));
        assert_eq!(checked, Ok(PasswordMatch::Right));
        let wrong = cost.verify_in(&mut memory, &fresh, &typed("orbit lantern moss"));
        assert_eq!(wrong, Ok(PasswordMatch::Wrong));
    }
}
