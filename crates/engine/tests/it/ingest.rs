//! From a folder to a published generation, and again when the folder changed.

use lamina_model::{DatasetStatus, FileOutcome, IgnoreReason, RejectReason};

use crate::workshop::{Workshop, picture};

#[tokio::test]
async fn a_folder_becomes_a_ready_dataset_whose_counts_add_up() {
    let shop = Workshop::new().await;
    for seed in 0..10 {
        shop.put(format!("p/{seed}.bmp"), &picture(seed));
    }
    shop.put("p/copy of 3.bmp", &picture(3));
    shop.put("empty.jpg", b"");
    shop.put("page.png", b"<!DOCTYPE html><title>404</title>");
    shop.put("cut.bmp", &picture(5)[..2000]);
    shop.put("notes.txt", b"hello");
    shop.put("._a.jpg", b"\0\x05\x16\x07");
    shop.put("no extension", &picture(77));

    let (scope, report) = shop.index().await;

    assert_eq!(
        (
            report.found,
            report.indexed,
            report.rejected,
            report.ignored
        ),
        (17, 12, 3, 2)
    );
    assert_eq!(
        report.found,
        report.indexed + report.rejected + report.ignored
    );
    let reasons: Vec<_> = report
        .rejected_by_reason
        .iter()
        .map(|(reason, files)| (*reason, files.examples.join(" ")))
        .collect();
    assert_eq!(
        reasons,
        [
            (RejectReason::Empty, "empty.jpg".to_owned()),
            (RejectReason::NotAPicture, "page.png".to_owned()),
            (RejectReason::Truncated, "cut.bmp".to_owned()),
        ]
    );
    assert_eq!(report.ignored_by_reason[&IgnoreReason::Hidden], 1);
    assert_eq!(report.ignored_by_reason[&IgnoreReason::NotAPicture], 1);
    assert_eq!(report.exact_duplicates, 1);
    assert_eq!(report.changed, 17);
    let dataset = scope.dataset();
    assert_eq!(
        (
            dataset.status,
            dataset.progress_percent,
            dataset.image_count
        ),
        (DatasetStatus::Ready, 100, 12)
    );
}

#[tokio::test]
async fn a_second_run_works_only_on_what_changed() {
    let shop = Workshop::new().await;
    for seed in 0..6 {
        shop.put(format!("{seed}.bmp"), &picture(seed));
    }
    let (scope, first) = shop.index().await;
    let before = shop.indexed(&scope).await;
    let (same, second) = shop.index().await;
    assert_eq!(
        same.dataset().generation,
        scope.dataset().generation,
        "nothing changed, nothing published"
    );
    assert_eq!(second, first);

    shop.put("2.bmp", &picture(42));
    shop.put("new.bmp", &picture(43));
    shop.remove("0.bmp");
    let (changed, third) = shop.index().await;

    assert_eq!((third.changed, third.indexed), (3, 6));
    assert!(changed.dataset().generation > scope.dataset().generation);
    let after = shop.indexed(&changed).await;
    let kept: Vec<_> = ["1.bmp", "3.bmp", "4.bmp", "5.bmp"]
        .iter()
        .map(|path| before[*path] == after[*path])
        .collect();
    assert_eq!(kept, [true; 4]);
    assert_ne!(before["2.bmp"], after["2.bmp"]);
    assert!(after.contains_key("new.bmp") && !after.contains_key("0.bmp"));
}

#[tokio::test]
async fn a_picture_keeps_its_id_while_its_path_stays() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    let id = shop.store.facts_after(scope.id(), None, 10).await.unwrap()[0].id;
    shop.put("a.bmp", &picture(2));
    shop.index().await;
    assert_eq!(
        shop.store.facts_after(scope.id(), None, 10).await.unwrap()[0].id,
        id
    );
}

#[tokio::test]
async fn a_source_that_vanished_fails_the_dataset_in_words_and_keeps_what_was_known() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    let aside = shop.source.path().with_extension("aside");
    fs_err::rename(shop.source.path(), &aside).unwrap();
    let job = shop.engine.request_ingest(&scope).await.unwrap();
    let job = crate::workshop::run_to_end(&shop.engine, job).await;
    assert!(
        job.error
            .as_ref()
            .is_some_and(|error| error.contains("cannot list the source folder")),
        "{job:?}"
    );
    assert_eq!(shop.indexed(&scope).await.len(), 1);
    fs_err::rename(&aside, shop.source.path()).unwrap();
    let (again, _) = shop.index().await;
    assert_eq!(again.dataset().status, DatasetStatus::Ready);
}

#[tokio::test]
async fn names_are_bytes_from_the_folder_to_the_listing() {
    let shop = Workshop::new().await;
    let names: [&[u8]; 6] = [
        b"100% #1 + ?&;,.bmp",
        b"a\nb.bmp",
        b"caf\xe9.bmp",
        "🏎️.bmp".as_bytes(),
        b"-i.bmp",
        b"t_0,0.bmp",
    ];
    for (seed, name) in (0..).zip(names) {
        shop.put(name, &picture(seed));
    }
    shop.put(b"bad\xff.png", b"no picture");
    let (scope, report) = shop.index().await;
    assert_eq!((report.indexed, report.rejected), (6, 1));
    let mut seen: Vec<_> = shop
        .store
        .facts_after(scope.id(), None, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.path.as_bytes().to_vec())
        .collect();
    seen.sort();
    let mut wanted = names.map(<[u8]>::to_vec).to_vec();
    wanted.sort();
    assert_eq!(seen, wanted);
    let rejected = shop.engine.rejected(&scope, None, None, 10).await.unwrap();
    assert_eq!(rejected.items[0].path.as_bytes(), b"bad\xff.png");
}

#[tokio::test]
async fn what_was_rejected_once_is_looked_at_again_when_it_is_mended() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1)[..500]);
    let (scope, report) = shop.index().await;
    assert_eq!((report.indexed, report.rejected), (0, 1));
    shop.put("a.bmp", &picture(1));
    let (_, report) = shop.index().await;
    assert_eq!((report.indexed, report.rejected), (1, 0));
    let known = shop.store.files_after(scope.id(), None, 10).await.unwrap();
    assert!(matches!(known[0].outcome, FileOutcome::Indexed(_)));
}

#[tokio::test]
async fn an_empty_folder_is_a_ready_dataset_of_nothing() {
    let shop = Workshop::new().await;
    let (scope, report) = shop.index().await;
    assert_eq!((report.found, report.indexed), (0, 0));
    assert_eq!(scope.dataset().status, DatasetStatus::Ready);
}

#[tokio::test]
async fn thumbnails_and_originals_are_served_by_id() {
    use std::io::Read as _;
    let shop = Workshop::new().await;
    shop.put("a b.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    let id = shop.store.facts_after(scope.id(), None, 1).await.unwrap()[0]
        .id
        .to_string();
    let thumbnail = shop.engine.thumbnail(&scope, &id).await.unwrap();
    assert!(matches!(thumbnail.media_type, "image/webp" | "image/jpeg"));
    assert!(thumbnail.bytes.len() > 50);
    let mut original = shop.engine.original(&scope, &id).await.unwrap();
    let mut bytes = Vec::new();
    original.file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, picture(1));
    shop.remove("a b.bmp");
    let gone = shop.engine.original(&scope, &id).await.unwrap_err();
    assert_eq!(gone.code(), "original_not_found");
}
