//! Who may do what with which dataset.

use lamina_model::{DatasetRole, UserId, WorkspaceRole};
use lamina_store::{Error, User};

use crate::{accounts::make_user, world::World};

pub(crate) async fn who_makes_a_dataset_owns_it_and_may_share_it(world: &World) {
    let ada = make_user(world, "ada@x.org", WorkspaceRole::Editor).await;
    let eve = make_user(world, "eve@x.org", WorkspaceRole::Viewer).await;
    let (mut dataset, job) = world.unborn("/a");
    dataset.created_by = Some(ada.id);
    world
        .store
        .insert_dataset_with_job(&dataset, &job)
        .await
        .unwrap();
    let (open, _) = world.dataset("/open").await;
    world.store.set_dataset_public(open.id, true).await.unwrap();

    let store = &world.store;
    let role = async |user: &User| store.dataset_role(dataset.id, user.id).await.unwrap();
    assert_eq!(role(&ada).await, Some(DatasetRole::Owner));
    assert_eq!(role(&eve).await, None);
    let seen = async |user: Option<UserId>| {
        let seen = store.datasets_for(user).await.unwrap();
        seen.into_iter()
            .map(|access| (access.dataset.id, access.role))
            .collect::<Vec<_>>()
    };
    let owned = (dataset.id, Some(DatasetRole::Owner));
    assert_eq!(seen(Some(ada.id)).await, [(open.id, None), owned]);
    assert_eq!(seen(Some(eve.id)).await, [(open.id, None)]);
    assert_eq!(seen(None).await, [(open.id, None)]);

    store
        .set_member(dataset.id, eve.id, DatasetRole::Viewer, world.now())
        .await
        .unwrap();
    store
        .set_member(dataset.id, eve.id, DatasetRole::Editor, world.now())
        .await
        .unwrap();
    let access = store.dataset_for(dataset.id, Some(eve.id)).await.unwrap();
    assert_eq!(
        (access.dataset.id, access.role),
        (dataset.id, Some(DatasetRole::Editor))
    );
    assert_eq!(
        store.dataset_for(dataset.id, None).await.unwrap().role,
        None
    );
    let members = store.members(dataset.id).await.unwrap();
    let members: Vec<_> = members
        .iter()
        .map(|member| (member.email.as_str(), member.role))
        .collect();
    assert_eq!(
        members,
        [
            ("ada@x.org", DatasetRole::Owner),
            ("eve@x.org", DatasetRole::Editor)
        ]
    );

    for refused in [
        store.remove_member(dataset.id, ada.id).await,
        store
            .set_member(dataset.id, ada.id, DatasetRole::Viewer, world.now())
            .await,
    ] {
        assert!(matches!(refused, Err(Error::LastOne { what: "owner" })));
    }
    assert_eq!(role(&ada).await, Some(DatasetRole::Owner));
    store.remove_member(dataset.id, eve.id).await.unwrap();
    assert_eq!(role(&eve).await, None);
    let again = store.remove_member(dataset.id, eve.id).await;
    assert!(matches!(again, Err(Error::NotFound { what: "member" })));
    let nobody = UserId::from_uuid(world.media_id().as_uuid());
    let refused = store
        .set_member(dataset.id, nobody, DatasetRole::Viewer, world.now())
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );

    store.delete_dataset(dataset.id, world.now()).await.unwrap();
    assert_eq!(role(&ada).await, None);
    assert_eq!(seen(Some(ada.id)).await, [(open.id, None)]);
    assert!(store.dataset_for(dataset.id, Some(ada.id)).await.is_err());
    assert_eq!(store.purge_deleted().await.unwrap(), 1);
}
