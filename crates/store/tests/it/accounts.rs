//! People, their sessions, their sign-ins and the trail of what they did.

use lamina_model::{Chance, DatasetRole, RequestId, SessionId, Timestamp, UserId, WorkspaceRole};
use lamina_store::{
    AuditEvent, AuditFilter, Error, FailureCount, Session, SessionUse, TicketRecord, User,
    UserChange,
};

use crate::world::World;

/// An account that is not stored yet.
pub(crate) fn user(world: &World, email: &str, role: WorkspaceRole) -> User {
    User {
        id: UserId::from_uuid(world.media_id().as_uuid()),
        email: email.to_owned(),
        display_name: format!("{email} in person"),
        password_hash: Some("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".to_owned()),
        role,
        disabled: false,
        must_change_password: false,
        created_at: world.now(),
        password_changed_at: None,
        last_sign_in_at: None,
    }
}

/// A stored account.
pub(crate) async fn make_user(world: &World, email: &str, role: WorkspaceRole) -> User {
    let user = user(world, email, role);
    world.store.insert_user(&user).await.unwrap();
    user
}

/// 32 bytes that occur once.
pub(crate) fn hash(world: &World) -> [u8; 32] {
    let mut bytes = [0; 32];
    world.chance.fill(&mut bytes);
    bytes
}

pub(crate) async fn an_account_is_read_back_as_it_was_made(world: &World) {
    let ada = make_user(world, "Ada@Example.org", WorkspaceRole::Editor).await;
    assert_eq!(world.store.user(ada.id).await.unwrap(), ada);
    assert_eq!(world.store.count_users().await.unwrap(), 1);
    let nobody = UserId::from_uuid(world.media_id().as_uuid());
    assert!(matches!(
        world.store.user(nobody).await,
        Err(Error::NotFound { what: "user" })
    ));
}

pub(crate) async fn addresses_differ_by_more_than_case(world: &World) {
    let ada = make_user(world, "Ada@Example.org", WorkspaceRole::Editor).await;
    let found = world.store.user_by_email("aDA@EXAMPLE.ORG").await.unwrap();
    assert_eq!(found, Some(ada.clone()));
    let twin = user(world, "ada@example.ORG", WorkspaceRole::Viewer);
    let refused = world.store.insert_user(&twin).await;
    assert!(matches!(refused, Err(Error::Conflict { what: "user" })));
    make_user(world, "\u{c4}nne@example.org", WorkspaceRole::Viewer).await;
    assert!(
        world
            .store
            .user_by_email("\u{e4}nne@example.org")
            .await
            .unwrap()
            .is_some()
    );
    let change = UserChange {
        email: Some("ADA@example.org".to_owned()),
        ..UserChange::default()
    };
    assert_eq!(
        world
            .store
            .update_user(ada.id, &change)
            .await
            .unwrap()
            .email,
        "ADA@example.org"
    );
    let change = UserChange {
        email: Some("\u{c4}NNE@example.org".to_owned()),
        ..UserChange::default()
    };
    let refused = world.store.update_user(ada.id, &change).await;
    assert!(matches!(refused, Err(Error::Conflict { what: "user" })));
}

pub(crate) async fn of_many_first_accounts_one_is_made(world: &World) {
    let users: Vec<_> = (0..8)
        .map(|n| user(world, &format!("u{n}@example.org"), WorkspaceRole::Admin))
        .collect();
    let made = futures_util::future::join_all(
        users.iter().map(|user| world.store.insert_first_user(user)),
    )
    .await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert_eq!(world.store.count_users().await.unwrap(), 1);
}

pub(crate) async fn accounts_are_searched_and_paged(world: &World) {
    for email in ["b_1@x.org", "a%2@x.org", "C@x.org", "bx1@y.org"] {
        make_user(world, email, WorkspaceRole::Viewer).await;
    }
    let emails = async |search: Option<&str>, offset, limit| {
        let (users, total) = world.store.users(search, offset, limit).await.unwrap();
        let emails: Vec<_> = users.into_iter().map(|user| user.email).collect();
        (emails.join(" "), total)
    };
    assert_eq!(
        emails(None, 0, 3).await,
        ("a%2@x.org b_1@x.org bx1@y.org".into(), 4)
    );
    assert_eq!(emails(None, 3, 3).await, ("C@x.org".into(), 4));
    assert_eq!(emails(Some("B_1"), 0, 9).await, ("b_1@x.org".into(), 1));
    assert_eq!(emails(Some("%"), 0, 9).await, ("a%2@x.org".into(), 1));
    assert_eq!(emails(Some("@X.ORG"), 0, 1).await, ("a%2@x.org".into(), 3));
}

pub(crate) async fn an_account_can_be_changed_in_part(world: &World) {
    make_user(world, "boss@x.org", WorkspaceRole::Admin).await;
    let mut ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let change = UserChange {
        display_name: Some("Ada".to_owned()),
        role: Some(WorkspaceRole::Editor),
        disabled: Some(true),
        ..UserChange::default()
    };
    let changed = world.store.update_user(ada.id, &change).await.unwrap();
    ada.display_name = String::from("Ada");
    ada.role = WorkspaceRole::Editor;
    ada.disabled = true;
    assert_eq!(changed, ada);
    let at = world.now();
    world
        .store
        .set_password(ada.id, "hash 2", true, at)
        .await
        .unwrap();
    world
        .store
        .upgrade_password_hash(ada.id, "hash 1", "hash 3")
        .await
        .unwrap();
    world.store.record_sign_in(ada.id, at).await.unwrap();
    ada.password_hash = Some(String::from("hash 2"));
    ada.must_change_password = true;
    ada.password_changed_at = Some(at);
    ada.last_sign_in_at = Some(at);
    assert_eq!(world.store.user(ada.id).await.unwrap(), ada);
    world
        .store
        .upgrade_password_hash(ada.id, "hash 2", "hash 3")
        .await
        .unwrap();
    let hash = world.store.user(ada.id).await.unwrap().password_hash;
    assert_eq!(hash.as_deref(), Some("hash 3"));
}

pub(crate) async fn somebody_can_always_administer(world: &World) {
    let boss = make_user(world, "boss@x.org", WorkspaceRole::Admin).await;
    let deputy = make_user(world, "deputy@x.org", WorkspaceRole::Admin).await;
    let demote = UserChange {
        role: Some(WorkspaceRole::Editor),
        ..UserChange::default()
    };
    let shut_out = UserChange {
        disabled: Some(true),
        ..UserChange::default()
    };
    // Two admins who demote each other at once: one of them stays.
    let both = futures_util::future::join(
        world.store.update_user(boss.id, &demote),
        world.store.update_user(deputy.id, &demote),
    )
    .await;
    let (last, other) = match both {
        (Ok(_), Err(Error::LastOne { what: "admin" })) => (deputy, boss),
        (Err(Error::LastOne { what: "admin" }), Ok(_)) => (boss, deputy),
        others => panic!("{others:?}"),
    };
    assert!(world.store.update_user(last.id, &shut_out).await.is_err());
    assert!(
        world
            .store
            .delete_user(last.id, None, world.now())
            .await
            .is_err()
    );
    assert_eq!(world.store.user(last.id).await.unwrap(), last);
    assert!(world.store.update_user(other.id, &shut_out).await.is_ok());
}

fn session(world: &World, user: UserId) -> Session {
    let now = world.now();
    Session {
        id: SessionId::from_uuid(world.media_id().as_uuid()),
        user_id: user,
        signed_in_at: now,
        last_seen_at: now,
        expires_at: now.plus_seconds(1000),
        address: Some("192.0.2.7".to_owned()),
        user_agent: Some("Browser/1\0".to_owned()),
    }
}

pub(crate) async fn a_session_is_found_by_its_hash_with_its_account(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let (mut session, secret_hash) = (session(world, ada.id), hash(world));
    world
        .store
        .insert_session(&session, &secret_hash)
        .await
        .unwrap();
    session.user_agent = Some("Browser/1\u{fffd}".to_owned());
    let found = world.store.session_by_hash(&secret_hash).await.unwrap();
    assert_eq!(found, Some((session.clone(), ada.clone())));
    assert_eq!(
        world.store.session_by_hash(&hash(world)).await.unwrap(),
        None
    );

    let change = UserChange {
        disabled: Some(true),
        ..UserChange::default()
    };
    world.store.update_user(ada.id, &change).await.unwrap();
    let (_, user) = world
        .store
        .session_by_hash(&secret_hash)
        .await
        .unwrap()
        .unwrap();
    assert!(user.disabled, "the account is read as it is now");

    let at = world.now();
    let uses = [
        SessionUse {
            id: session.id,
            at,
            address: Some("2001:db8::1".to_owned()),
        },
        SessionUse {
            id: session.id,
            at: session.signed_in_at,
            address: None,
        },
    ];
    world.store.touch_sessions(&uses).await.unwrap();
    world.store.touch_sessions(&[]).await.unwrap();
    let (touched, _) = world
        .store
        .session_by_hash(&secret_hash)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(touched.last_seen_at, at);
    assert_eq!(touched.address.as_deref(), Some("2001:db8::1"));
}

pub(crate) async fn sessions_end_one_by_one_or_together(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let eve = make_user(world, "eve@x.org", WorkspaceRole::Viewer).await;
    let mut made = Vec::new();
    for user in [ada.id, ada.id, ada.id, eve.id] {
        let session = session(world, user);
        world
            .store
            .insert_session(&session, &hash(world))
            .await
            .unwrap();
        made.push(session);
    }
    let foreign = world.store.end_session(eve.id, made[0].id).await;
    assert!(matches!(foreign, Err(Error::NotFound { what: "session" })));
    world.store.end_session(ada.id, made[0].id).await.unwrap();
    let left: Vec<_> = world.store.sessions_of(ada.id).await.unwrap();
    let left: Vec<_> = left.iter().map(|session| session.id).collect();
    assert_eq!(left, [made[2].id, made[1].id]);
    assert_eq!(
        world
            .store
            .end_sessions(ada.id, Some(made[1].id))
            .await
            .unwrap(),
        1
    );
    assert_eq!(world.store.sessions_of(ada.id).await.unwrap().len(), 1);
    assert_eq!(world.store.end_sessions(ada.id, None).await.unwrap(), 1);
    assert_eq!(world.store.sessions_of(eve.id).await.unwrap().len(), 1);
    let past = Timestamp::from_micros(0);
    assert_eq!(
        world.store.sweep_sessions(world.now(), past).await.unwrap(),
        0
    );
    assert_eq!(
        world
            .store
            .sweep_sessions(made[3].expires_at, past)
            .await
            .unwrap(),
        1
    );
}

pub(crate) async fn a_link_is_good_once_for_one_thing_in_its_time(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let now = world.now();
    let ticket = TicketRecord {
        kind: "password_reset".to_owned(),
        user_id: Some(ada.id),
        created_at: now,
        expires_at: now.plus_seconds(60),
    };
    let link = hash(world);
    world.store.insert_ticket(&link, &ticket).await.unwrap();
    let store = &world.store;
    assert_eq!(store.ticket("set_up", &link, now).await.unwrap(), None);
    assert_eq!(
        store.redeem_ticket("set_up", &link, now).await.unwrap(),
        None
    );
    assert_eq!(
        store
            .ticket("password_reset", &link, ticket.expires_at)
            .await
            .unwrap(),
        None
    );
    let kept = store.ticket("password_reset", &link, now).await.unwrap();
    assert_eq!(kept, Some(ticket.clone()));
    let redeemed = futures_util::future::join_all(
        (0..8).map(|_| store.redeem_ticket("password_reset", &link, now)),
    )
    .await;
    let redeemed: Vec<_> = redeemed.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(redeemed, std::slice::from_ref(&ticket));
    assert_eq!(
        store.ticket("password_reset", &link, now).await.unwrap(),
        None
    );

    let set_up = TicketRecord {
        kind: "set_up".to_owned(),
        user_id: None,
        ..ticket
    };
    let (other, unused) = (hash(world), hash(world));
    store.insert_ticket(&other, &set_up).await.unwrap();
    assert_eq!(store.drop_tickets("set_up", Some(ada.id)).await.unwrap(), 0);
    assert_eq!(store.drop_tickets("set_up", None).await.unwrap(), 1);
    assert_eq!(
        store.redeem_ticket("set_up", &other, now).await.unwrap(),
        None
    );
    store.insert_ticket(&unused, &set_up).await.unwrap();
    assert_eq!(store.sweep_tickets(now).await.unwrap(), 0);
    assert_eq!(
        store
            .sweep_tickets(set_up.expires_at.plus_micros(1))
            .await
            .unwrap(),
        2
    );
}

pub(crate) async fn failures_are_counted_and_forgotten(world: &World) {
    let store = &world.store;
    let (account, address) = ("account/ada@x.org", "address/192.0.2.7");
    assert_eq!(
        store.failures(account).await.unwrap(),
        FailureCount::default()
    );
    let start = world.now();
    let both = [account, address];
    let failures = (0..10).map(|_| store.add_failure(&both, start, start));
    for counted in futures_util::future::join_all(failures).await {
        counted.unwrap();
    }
    let ten = FailureCount {
        count: 10,
        last_at: Some(start),
    };
    assert_eq!(store.failures(account).await.unwrap(), ten);
    assert_eq!(store.failures(address).await.unwrap(), ten);
    let later = start.plus_seconds(9);
    store
        .add_failure(&[account], later, start.plus_micros(1))
        .await
        .unwrap();
    let one = FailureCount {
        count: 1,
        last_at: Some(later),
    };
    assert_eq!(store.failures(account).await.unwrap(), one);
    store.clear_failures(account).await.unwrap();
    assert_eq!(
        store.failures(account).await.unwrap(),
        FailureCount::default()
    );
    assert_eq!(store.sweep_failures(later).await.unwrap(), 1);
    let long = "account/".repeat(100_000);
    store.add_failure(&[&long], later, start).await.unwrap();
    assert_eq!(store.failures(&long).await.unwrap(), one);
}

pub(crate) async fn an_identity_is_one_account(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let eve = make_user(world, "eve@x.org", WorkspaceRole::Viewer).await;
    let issuer = "https://id.example.org";
    world
        .store
        .insert_identity(issuer, "s1", ada.id, world.now())
        .await
        .unwrap();
    let taken = world
        .store
        .insert_identity(issuer, "s1", eve.id, world.now())
        .await;
    assert!(matches!(taken, Err(Error::Conflict { what: "identity" })));
    world
        .store
        .insert_identity("https://other", "s1", eve.id, world.now())
        .await
        .unwrap();
    let found = world.store.user_by_identity(issuer, "s1").await.unwrap();
    assert_eq!(found, Some(ada.clone()));
    assert_eq!(
        world.store.user_by_identity(issuer, "S1").await.unwrap(),
        None
    );
    let of_ada = world.store.identities_of(ada.id).await.unwrap();
    assert_eq!(of_ada, [(issuer.to_owned(), "s1".to_owned())]);
}

pub(crate) async fn a_sign_in_elsewhere_is_taken_up_once_by_its_browser(world: &World) {
    let store = &world.store;
    let now = world.now();
    let until = now.plus_seconds(600);
    let (browser, stranger) = (hash(world), hash(world));
    let states: Vec<_> = (0..4).map(|_| hash(world)).collect();
    for state in &states {
        store
            .insert_pending_sign_in(state, &browser, b"sealed", until)
            .await
            .unwrap();
    }
    assert!(
        store
            .insert_pending_sign_in(&states[0], &browser, b"x", until)
            .await
            .is_err()
    );
    let taken = futures_util::future::join_all(
        (0..6).map(|_| store.take_pending_sign_in(&states[0], &browser, now)),
    )
    .await;
    let taken: Vec<_> = taken.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(taken, [b"sealed".to_vec()]);
    // A stranger's attempt uses it up without giving it away.
    assert_eq!(
        store
            .take_pending_sign_in(&states[1], &stranger, now)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .take_pending_sign_in(&states[1], &browser, now)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .take_pending_sign_in(&states[2], &browser, until)
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.sweep_pending_sign_ins(now).await.unwrap(), 0);
    assert_eq!(store.sweep_pending_sign_ins(until).await.unwrap(), 1);
}

pub(crate) async fn the_trail_is_read_backwards(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let mut written = Vec::new();
    for n in 0..7 {
        let event = AuditEvent {
            at: world.now(),
            actor_id: (n % 2 == 0).then_some(ada.id),
            actor: "ada@x.org".to_owned(),
            action: if n < 5 { "sign_in.failed" } else { "key.made" }.to_owned(),
            target: format!("target {n}"),
            address: Some("192.0.2.7".to_owned()),
            request_id: Some(RequestId::from_uuid(world.media_id().as_uuid())),
            details: "{\"reason\":\"wrong password\"}".to_owned(),
        };
        world.store.append_audit(&event).await.unwrap();
        written.push(event);
    }
    let mut read = Vec::new();
    let mut cursor = None;
    let all = AuditFilter::default();
    loop {
        let page = world
            .store
            .audit_page(&all, cursor.as_ref(), 3)
            .await
            .unwrap();
        read.extend(page.items.into_iter().map(|stored| stored.event));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    written.reverse();
    assert_eq!(read, written);
    let of_ada = AuditFilter {
        actor: Some(ada.id),
        action: Some("sign_in.failed"),
    };
    let page = world.store.audit_page(&of_ada, None, 9).await.unwrap();
    let targets: Vec<_> = page
        .items
        .iter()
        .map(|stored| stored.event.target.as_str())
        .collect();
    assert_eq!(targets, ["target 4", "target 2", "target 0"]);
    let wrong = lamina_model::Cursor::after(b"x".to_vec());
    let refused = world.store.audit_page(&all, Some(&wrong), 9).await;
    assert!(matches!(refused, Err(Error::WrongCursor)));
}

pub(crate) async fn what_a_deleted_account_owned_goes_to_its_heir(world: &World) {
    let boss = make_user(world, "boss@x.org", WorkspaceRole::Admin).await;
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Editor).await;
    let mut owned = Vec::new();
    for source in ["/a", "/b"] {
        let (mut dataset, job) = world.unborn(source);
        dataset.created_by = Some(ada.id);
        world
            .store
            .insert_dataset_with_job(&dataset, &job)
            .await
            .unwrap();
        owned.push(dataset.id);
    }
    let store = &world.store;
    store
        .set_member(owned[0], boss.id, DatasetRole::Viewer, world.now())
        .await
        .unwrap();
    store
        .insert_session(&session(world, ada.id), &hash(world))
        .await
        .unwrap();
    store
        .insert_identity("https://id", "s", ada.id, world.now())
        .await
        .unwrap();
    store
        .delete_user(ada.id, Some(boss.id), world.now())
        .await
        .unwrap();
    for dataset in owned {
        let members = store.members(dataset).await.unwrap();
        let members: Vec<_> = members
            .iter()
            .map(|member| (member.user_id, member.role))
            .collect();
        assert_eq!(members, [(boss.id, DatasetRole::Owner)]);
    }
    assert!(store.user(ada.id).await.is_err());
    assert!(store.sessions_of(ada.id).await.unwrap().is_empty());
    assert_eq!(
        store.user_by_identity("https://id", "s").await.unwrap(),
        None
    );
    let again = store.delete_user(ada.id, None, world.now()).await;
    assert!(matches!(again, Err(Error::NotFound { what: "user" })));
    let late = store
        .insert_session(&session(world, ada.id), &hash(world))
        .await;
    assert!(matches!(late, Err(Error::NotFound { .. })));
}
