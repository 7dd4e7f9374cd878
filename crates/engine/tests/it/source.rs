//! Looking at folders before one becomes a dataset.

use std::os::unix::fs::symlink;

use lamina_engine::{Caller, SourceRoots};
use lamina_model::{AnnotationFormat, IgnoreReason, ImageFormat, RejectReason};

use crate::workshop::{Workshop, picture};

#[tokio::test]
async fn folders_are_listed_below_the_roots_and_nowhere_else() {
    let root = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["b", "A", ".hidden", "A/inner"] {
        fs_err::create_dir_all(root.path().join(name)).unwrap();
    }
    fs_err::write(root.path().join("file.txt"), "x").unwrap();
    symlink(elsewhere.path(), root.path().join("out")).unwrap();
    symlink(root.path().join("b"), root.path().join("to b")).unwrap();
    let shop = Workshop::with_roots(SourceRoots::Below(vec![root.path().to_owned()])).await;
    let home = fs_err::canonicalize(root.path()).unwrap();

    let start = shop.engine.browse(&Caller::Local, None).await.unwrap();
    assert_eq!((start.roots, start.path), (vec![home.clone()], None));

    let top = shop
        .engine
        .browse(&Caller::Local, Some(root.path().to_owned()))
        .await
        .unwrap();
    assert_eq!(top.folders, ["A", "b", "to b"]);
    assert_eq!((top.parent, top.complete), (None, true));
    // The link that leads out of the roots is no folder here.
    assert_eq!(top.file_count, 2);

    let inner = shop
        .engine
        .browse(&Caller::Local, Some(root.path().join("A")))
        .await
        .unwrap();
    assert_eq!((inner.folders.len(), inner.parent), (1, Some(home)));

    for outside in [
        elsewhere.path().to_owned(),
        root.path().join(".."),
        root.path().join("out"),
    ] {
        let listed = shop
            .engine
            .browse(&Caller::Local, Some(outside.clone()))
            .await;
        assert_eq!(listed.unwrap_err().code(), "forbidden", "{outside:?}");
        let looked = shop.engine.preview_folder(&Caller::Local, outside).await;
        assert_eq!(looked.unwrap_err().code(), "forbidden");
    }
    // What is not there, below a root, is told as that.
    let missing = root.path().join("nowhere");
    let listed = shop.engine.browse(&Caller::Local, Some(missing)).await;
    assert_eq!(listed.unwrap_err().code(), "invalid_path");
    let nobody = shop.engine.browse(&Caller::Anonymous, None).await;
    assert_eq!(nobody.unwrap_err().code(), "credentials_missing");
}

#[tokio::test]
async fn a_preview_says_what_indexing_will_find() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    shop.put("below/without extension", &picture(2));
    shop.put("empty.jpg", b"");
    shop.put("page.png", b"<html>");
    shop.put("notes.txt", b"notes");
    shop.put("below/annotations.json", b"{}");
    shop.put("metadata.json", b"{\"of\": \"another program\"}");
    shop.put("clip.mp4", b"\0\0\0\x20ftypmp42\0\0\0\0mp42isom");
    shop.put(".hidden.png", &picture(3));
    let source = shop.source.path().to_owned();
    let preview = shop
        .engine
        .preview_folder(&Caller::Local, source)
        .await
        .unwrap();
    assert_eq!(
        (preview.found, preview.pictures, preview.complete),
        (9, 2, true)
    );
    assert_eq!(preview.formats[&ImageFormat::Bmp], 2);
    assert_eq!(preview.ignored[&IgnoreReason::Hidden], 1);
    assert_eq!(preview.ignored[&IgnoreReason::Video], 1);
    assert_eq!(preview.ignored[&IgnoreReason::NotAPicture], 3);
    assert_eq!(preview.rejected[&RejectReason::Empty], 1);
    assert_eq!(preview.rejected[&RejectReason::NotAPicture], 1);
    assert_eq!(preview.samples.len(), 2);
    let [(path, format, 2)] = preview.annotations.as_slice() else {
        panic!("{:?}", preview.annotations);
    };
    assert_eq!(path.to_string(), "below/annotations.json");
    assert_eq!(*format, AnnotationFormat::Coco);
    let (_, report) = shop.index().await;
    assert_eq!(
        (report.found, report.indexed),
        (preview.found, preview.pictures)
    );
}
