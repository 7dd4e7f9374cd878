//! API keys and their sealed secrets.

use lamina_model::{KeyRowId, Scope, Timestamp, UserId, WorkspaceRole};
use lamina_store::{ApiKey, ApiKeyChange, ApiKeyUse, Error, SealedSecret, UserChange};

use crate::{accounts::make_user, world::World};

const MAX_LIVE: u64 = 10;

fn key(world: &World, user_id: UserId) -> ApiKey {
    let id = KeyRowId::from_uuid(world.media_id().as_uuid());
    ApiKey {
        id,
        key_id: format!("vlk_{id}"),
        user_id,
        name: "pipeline".to_owned(),
        scopes: vec![Scope::Read, Scope::Write],
        datasets: None,
        by_first_visit: false,
        created_at: world.now(),
        expires_at: None,
        disabled: false,
        revoked_at: None,
        tokens_since: None,
        last_used_at: None,
        last_used_address: None,
    }
}

fn secret(world: &World, number: u32) -> SealedSecret {
    SealedSecret {
        number,
        ring_key_id: "ring 1".to_owned(),
        sealed: format!("sealed {}", world.media_id()).into_bytes(),
        created_at: world.now(),
        valid_until: None,
        last_used_at: None,
    }
}

async fn make_key(world: &World, user: UserId) -> (ApiKey, SealedSecret) {
    let (key, secret) = (key(world, user), secret(world, 1));
    world
        .store
        .insert_api_key(&key, &secret, MAX_LIVE)
        .await
        .unwrap();
    (key, secret)
}

pub(crate) async fn a_key_is_read_with_its_secrets_and_owner_at_once(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Editor).await;
    let mut key = key(world, ada.id);
    key.datasets = Some(vec![world.dataset_id(), world.dataset_id()]);
    key.expires_at = Some(world.now().plus_seconds(99));
    let secret = secret(world, 1);
    world
        .store
        .insert_api_key(&key, &secret, MAX_LIVE)
        .await
        .unwrap();
    make_key(world, ada.id).await;
    let record = world
        .store
        .key_for_verification(&key.key_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.key, key);
    assert_eq!(record.secrets, [secret]);
    assert_eq!(
        (record.owner_role, record.owner_disabled),
        (WorkspaceRole::Editor, false)
    );
    assert_eq!(
        world.store.key_for_verification("vlk_none").await.unwrap(),
        None
    );
    assert_eq!(world.store.api_key(&key.key_id).await.unwrap(), key);

    let change = UserChange {
        disabled: Some(true),
        ..UserChange::default()
    };
    world.store.update_user(ada.id, &change).await.unwrap();
    let record = world
        .store
        .key_for_verification(&key.key_id)
        .await
        .unwrap()
        .unwrap();
    assert!(record.owner_disabled);
}

pub(crate) async fn of_fifty_first_visits_one_makes_a_key(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let eve = make_user(world, "eve@x.org", WorkspaceRole::Viewer).await;
    let visits: Vec<_> = (0..50)
        .map(|_| {
            let mut key = key(world, ada.id);
            key.by_first_visit = true;
            (key, secret(world, 1))
        })
        .collect();
    let made = futures_util::future::join_all(
        visits
            .iter()
            .map(|(key, secret)| world.store.insert_api_key(key, secret, 100)),
    )
    .await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(
        made.iter()
            .filter_map(|made| made.as_ref().err())
            .all(|error| matches!(error, Error::Conflict { what: "key" }))
    );
    let first = world.store.first_visit_key(ada.id).await.unwrap().unwrap();
    assert_eq!(
        world.store.api_keys_of(ada.id).await.unwrap(),
        std::slice::from_ref(&first)
    );
    assert_eq!(world.store.first_visit_key(eve.id).await.unwrap(), None);

    // Ever means ever: a revoked one does not make room for another.
    world
        .store
        .revoke_api_key(first.id, world.now())
        .await
        .unwrap();
    let (later, secret) = &visits[49];
    let refused = world.store.insert_api_key(later, secret, 100).await;
    assert!(matches!(refused, Err(Error::Conflict { what: "key" })));
    make_key(world, ada.id).await;
}

pub(crate) async fn there_are_only_so_many_live_keys(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let keys: Vec<_> = (0..14)
        .map(|_| (key(world, ada.id), secret(world, 1)))
        .collect();
    let made = futures_util::future::join_all(
        keys.iter()
            .map(|(key, secret)| world.store.insert_api_key(key, secret, MAX_LIVE)),
    )
    .await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 10);
    assert!(
        made.iter()
            .filter_map(|made| made.as_ref().err())
            .all(|error| matches!(
                error,
                Error::TooMany {
                    what: "keys",
                    limit: MAX_LIVE
                }
            ))
    );
    let live = world.store.api_keys_of(ada.id).await.unwrap();
    world
        .store
        .revoke_api_key(live[0].id, world.now())
        .await
        .unwrap();
    let change = ApiKeyChange {
        expires_at: Some(Some(world.now())),
        ..ApiKeyChange::default()
    };
    world
        .store
        .update_api_key(live[1].id, &change)
        .await
        .unwrap();
    make_key(world, ada.id).await;
    make_key(world, ada.id).await;
    let (one_more, first) = (key(world, ada.id), secret(world, 1));
    let refused = world
        .store
        .insert_api_key(&one_more, &first, MAX_LIVE)
        .await;
    assert!(matches!(refused, Err(Error::TooMany { .. })));
    assert_eq!(world.store.api_keys(99).await.unwrap().len(), 12);
    assert_eq!(world.store.api_keys(5).await.unwrap().len(), 5);
}

pub(crate) async fn a_key_can_be_changed_in_part_until_it_is_revoked(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let (mut key, _) = make_key(world, ada.id).await;
    let datasets = vec![world.dataset_id()];
    let end = world.now().plus_seconds(5);
    let change = ApiKeyChange {
        name: Some("other".to_owned()),
        scopes: Some(vec![Scope::Admin]),
        datasets: Some(Some(datasets.clone())),
        expires_at: Some(Some(end)),
        disabled: Some(true),
        tokens_since: Some(end),
    };
    key.name = String::from("other");
    key.scopes = vec![Scope::Admin];
    key.datasets = Some(datasets);
    key.expires_at = Some(end);
    key.disabled = true;
    key.tokens_since = Some(end);
    assert_eq!(
        world.store.update_api_key(key.id, &change).await.unwrap(),
        key
    );
    let nothing = ApiKeyChange::default();
    assert_eq!(
        world.store.update_api_key(key.id, &nothing).await.unwrap(),
        key
    );
    let lift = ApiKeyChange {
        datasets: Some(None),
        expires_at: Some(None),
        disabled: Some(false),
        ..ApiKeyChange::default()
    };
    key.datasets = None;
    key.expires_at = None;
    key.disabled = false;
    assert_eq!(
        world.store.update_api_key(key.id, &lift).await.unwrap(),
        key
    );

    let at = world.now();
    world.store.revoke_api_key(key.id, at).await.unwrap();
    world
        .store
        .revoke_api_key(key.id, world.now())
        .await
        .unwrap();
    key.revoked_at = Some(at);
    assert_eq!(world.store.api_key(&key.key_id).await.unwrap(), key);
    let late = world.store.update_api_key(key.id, &lift).await;
    assert!(matches!(late, Err(Error::NotFound { what: "key" })));
    let rotated = world
        .store
        .rotate_api_key(key.id, &secret(world, 2), at)
        .await;
    assert!(matches!(rotated, Err(Error::NotFound { what: "key" })));
    let record = world
        .store
        .key_for_verification(&key.key_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((record.key.revoked_at, record.secrets.len()), (Some(at), 1));
}

pub(crate) async fn a_rotated_secret_counts_until_the_overlap_ends(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let (key, mut first) = make_key(world, ada.id).await;
    let mut second = secret(world, 2);
    let long = world.now().plus_seconds(86_400);
    world
        .store
        .rotate_api_key(key.id, &second, long)
        .await
        .unwrap();
    first.valid_until = Some(long);
    let secrets = world.store.secrets_of(key.id).await.unwrap();
    assert_eq!(secrets, [second.clone(), first.clone()]);

    let skipped = world
        .store
        .rotate_api_key(key.id, &secret(world, 4), long)
        .await;
    assert!(matches!(skipped, Err(Error::Conflict { what: "secret" })));
    let again = world
        .store
        .rotate_api_key(key.id, &secret(world, 2), long)
        .await;
    assert!(matches!(again, Err(Error::Conflict { what: "secret" })));
    assert_eq!(world.store.secrets_of(key.id).await.unwrap(), secrets);

    let third = secret(world, 3);
    let now = world.now();
    world
        .store
        .rotate_api_key(key.id, &third, now)
        .await
        .unwrap();
    first.valid_until = Some(now);
    second.valid_until = Some(now);
    let record = world
        .store
        .key_for_verification(&key.key_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.secrets, [third, second, first]);
    assert_eq!(world.store.sweep_secrets(now).await.unwrap(), 0);
    assert_eq!(
        world.store.sweep_secrets(now.plus_micros(1)).await.unwrap(),
        2
    );
}

pub(crate) async fn uses_are_noted_and_never_go_back(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let (key, _) = make_key(world, ada.id).await;
    let (other, _) = make_key(world, ada.id).await;
    let (early, late) = (world.now(), world.now());
    let used = |key: &ApiKey, at: Timestamp, address: &str| ApiKeyUse {
        key: key.id,
        secret_number: 1,
        at,
        address: Some(address.to_owned()),
    };
    let uses = [
        used(&key, late, "192.0.2.1"),
        used(&key, early, "192.0.2.2"),
        used(&other, early, "x"),
    ];
    world.store.touch_api_keys(&uses).await.unwrap();
    world.store.touch_api_keys(&[]).await.unwrap();
    let read = world.store.api_key(&key.key_id).await.unwrap();
    assert_eq!(read.last_used_at, Some(late));
    assert_eq!(read.last_used_address.as_deref(), Some("192.0.2.1"));
    assert_eq!(
        world.store.secrets_of(key.id).await.unwrap()[0].last_used_at,
        Some(late)
    );
    assert_eq!(
        world
            .store
            .api_key(&other.key_id)
            .await
            .unwrap()
            .last_used_at,
        Some(early)
    );
}

pub(crate) async fn every_secret_is_sealed_anew_step_by_step(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    for _ in 0..3 {
        let (key, _) = make_key(world, ada.id).await;
        world
            .store
            .rotate_api_key(key.id, &secret(world, 2), world.now())
            .await
            .unwrap();
    }
    let mut steps = 0;
    loop {
        let places = world.store.secrets_to_rewrap("ring 2", 4).await.unwrap();
        if places.is_empty() {
            break;
        }
        for place in places {
            assert_eq!(
                (place.ring_key_id.as_str(), place.user_id),
                ("ring 1", ada.id)
            );
            let sealed = [b"again ", place.sealed.as_slice()].concat();
            assert!(
                world
                    .store
                    .rewrap_secret(&place, "ring 2", &sealed)
                    .await
                    .unwrap()
            );
            assert!(
                !world
                    .store
                    .rewrap_secret(&place, "ring 3", b"late")
                    .await
                    .unwrap()
            );
            steps += 1;
        }
    }
    assert_eq!(steps, 6);
    for key in world.store.api_keys_of(ada.id).await.unwrap() {
        for secret in world.store.secrets_of(key.id).await.unwrap() {
            assert_eq!(secret.ring_key_id, "ring 2");
            assert!(secret.sealed.starts_with(b"again sealed "));
        }
    }
}

pub(crate) async fn a_deleted_account_takes_its_keys_along(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Viewer).await;
    let (key, _) = make_key(world, ada.id).await;
    world
        .store
        .delete_user(ada.id, None, world.now())
        .await
        .unwrap();
    assert_eq!(
        world.store.key_for_verification(&key.key_id).await.unwrap(),
        None
    );
    let late = world
        .store
        .insert_api_key(&key, &secret(world, 1), MAX_LIVE)
        .await;
    assert!(matches!(late, Err(Error::NotFound { what: "user" })));
}
