//! Making, finding and removing datasets.

use std::os::unix::fs::symlink;

use lamina_engine::{Caller, CreateFolder, Need, SourceRoots};

use crate::workshop::{Workshop, picture};

fn wish(path: impl Into<std::path::PathBuf>, name: Option<&str>) -> CreateFolder {
    CreateFolder {
        path: path.into(),
        name: name.map(str::to_owned),
        ..CreateFolder::default()
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_refused_with_the_remedy() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let cases = [
        (
            wish(shop.source.path().join("missing"), None),
            "invalid_path",
            "there is no folder",
        ),
        (
            wish(shop.source.path().join("a.bmp"), None),
            "invalid_path",
            "is not a folder",
        ),
        (
            wish(shop.source.path(), Some("  ")),
            "invalid_name",
            "not all spaces; this one has none",
        ),
        (
            wish(shop.source.path(), Some(&"x".repeat(201))),
            "invalid_name",
            "at most 200 characters, spaces around it counted; this one has 201",
        ),
        (
            wish(shop.source.path(), Some("a\u{7}b")),
            "invalid_name",
            "U+0007",
        ),
    ];
    for (wish, code, words) in cases {
        let error = shop
            .engine
            .open_folder(&Caller::Local, wish.clone())
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{wish:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(
        shop.engine
            .datasets(&Caller::Local)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_folders_own_name_is_taken_when_none_is_given() {
    let shop = Workshop::new().await;
    let folder = shop.source.path().join("Baking Cakes");
    fs_err::create_dir(&folder).unwrap();
    let created = shop
        .engine
        .open_folder(&Caller::Local, wish(&folder, None))
        .await
        .unwrap();
    assert_eq!(created.dataset.display_name, "Baking Cakes");
}

#[tokio::test]
async fn nothing_leads_out_of_the_import_roots() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let shop = Workshop::with_roots(SourceRoots::Below(vec![root.path().to_owned()])).await;
    fs_err::create_dir(root.path().join("in")).unwrap();
    symlink(outside.path(), root.path().join("way out")).unwrap();

    let inside = shop
        .engine
        .open_folder(&Caller::Local, wish(root.path().join("in"), None))
        .await;
    assert!(inside.is_ok());
    let dots = root
        .path()
        .join("in/../..")
        .join(outside.path().file_name().unwrap());
    let mut refusals = Vec::new();
    for path in [
        outside.path().to_owned(),
        root.path().join("way out"),
        dots,
        "/nowhere/at all".into(),
    ] {
        let error = shop
            .engine
            .open_folder(&Caller::Local, wish(&path, None))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "forbidden", "{}", path.display());
        refusals.push(
            error
                .to_string()
                .replace(&path.display().to_string(), "PATH"),
        );
    }
    let missing = shop
        .engine
        .open_folder(&Caller::Local, wish(root.path().join("in/not there"), None));
    let missing = missing.await.unwrap_err();
    assert_eq!(missing.code(), "invalid_path");
    assert!(
        missing.to_string().contains("there is no folder"),
        "{missing}"
    );
    let up = root.path().join("gone/../../elsewhere");
    let up = shop
        .engine
        .open_folder(&Caller::Local, wish(&up, None))
        .await;
    assert_eq!(up.unwrap_err().code(), "forbidden");
    refusals.dedup();
    assert_eq!(
        refusals.len(),
        1,
        "a folder outside that exists looks like one that does not: {refusals:?}"
    );
}

#[tokio::test]
async fn no_roots_means_no_folders() {
    let shop = Workshop::with_roots(SourceRoots::Below(Vec::new())).await;
    let error = shop
        .engine
        .open_folder(&Caller::Local, wish(shop.source.path(), None))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "forbidden");
}

#[tokio::test]
async fn a_link_out_of_the_roots_is_not_followed_to_an_original() {
    let root = tempfile::tempdir().unwrap();
    let shop = Workshop::with_roots(SourceRoots::Below(vec![root.path().to_owned()])).await;
    let secret = shop.source.path().join("secret.bmp");
    fs_err::write(&secret, picture(9)).unwrap();
    fs_err::write(root.path().join("a.bmp"), picture(1)).unwrap();
    symlink(&secret, root.path().join("b.bmp")).unwrap();
    let created = shop
        .engine
        .open_folder(&Caller::Local, wish(root.path(), None))
        .await
        .unwrap();
    crate::workshop::run_to_end(&shop.engine, created.job).await;
    let scope = shop.scope(&created).await;
    let seen: Vec<_> = shop.indexed(&scope).await.into_keys().collect();
    assert_eq!(seen, ["a.bmp"], "nor is what it leads to indexed");
}

#[tokio::test]
async fn a_deleted_dataset_is_gone_and_its_folder_is_not() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    shop.engine
        .delete_dataset(&Caller::Local, &scope, &lamina_engine::Origin::default())
        .await
        .unwrap();
    let id = scope.id().to_string();
    let error = shop
        .engine
        .dataset(&Caller::Local, &id, Need::View)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "dataset_not_found");
    assert!(shop.source.path().join("a.bmp").is_file());
    let again = shop.open().await;
    assert_ne!(again.dataset.id, scope.id());
}
