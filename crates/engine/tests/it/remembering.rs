//! What comparing remembers, and what happens when it is lost.

use lamina_analysis::Memory;
use lamina_engine::DatasetScope;
use lamina_model::Report;

use crate::workshop::{Workshop, bitmap, picture};

/// Where the memories of a dataset lie, the newest last.
async fn keys(shop: &Workshop, scope: &DatasetScope) -> Vec<String> {
    let folder = format!("datasets/{}/comparisons", scope.id());
    let blobs = shop.store.blobs().list(&folder).await.unwrap();
    blobs.into_iter().map(|blob| blob.key).collect()
}

async fn memory(shop: &Workshop, scope: &DatasetScope) -> Memory {
    let keys = keys(shop, scope).await;
    let generation = scope.dataset().generation.unwrap().0;
    let wanted = format!("datasets/{}/comparisons/{generation}", scope.id());
    assert_eq!(keys, [wanted], "that of the generation, and no other");
    let bytes = shop.store.blobs().get(&keys[0]).await.unwrap();
    Memory::from_bytes(&bytes).unwrap()
}

/// What a report says of the pictures, and not of the work.
fn said(report: &Report) -> impl PartialEq + std::fmt::Debug {
    (
        report.indexed,
        [report.exact_duplicate_groups, report.exact_duplicates],
        [report.near_duplicate_groups, report.near_duplicates],
        report.issues.clone(),
        report.clusters.clone(),
    )
}

fn some(shop: &Workshop) {
    for seed in 0..30 {
        shop.put(format!("{seed}.bmp"), &picture(seed));
    }
    shop.put("equal.bmp", &picture(4));
}

#[tokio::test]
async fn a_second_run_compares_only_the_pictures_that_are_new() {
    let shop = Workshop::new().await;
    some(&shop);
    let (scope, _) = shop.index().await;
    let first = memory(&shop, &scope).await;
    assert_eq!((first.pictures(), first.work().pictures_compared), (30, 30));

    shop.put("more.bmp", &picture(77));
    let (scope, report) = shop.index().await;
    let second = memory(&shop, &scope).await;
    assert_eq!(
        (second.pictures(), second.work().pictures_compared),
        (31, 1)
    );
    assert!(
        second.work().pairs_laid <= 30,
        "{}",
        second.work().pairs_laid
    );

    // A file of another name with the same pixels is nothing new.
    shop.put("equal too.bmp", &picture(9));
    let (scope, _) = shop.index().await;
    let third = memory(&shop, &scope).await;
    let work = (third.work().pictures_compared, third.work().pairs_laid);
    assert_eq!((third.pictures(), work), (31, (0, 0)));

    // It says what an index of all at once says.
    shop.remove("equal too.bmp");
    let (_, back) = shop.index().await;
    let anew = Workshop::new().await;
    some(&anew);
    anew.put("more.bmp", &picture(77));
    let (_, at_once) = anew.index().await;
    assert_eq!(said(&report), said(&at_once));
    assert_eq!(said(&back), said(&at_once));
}

/// Makes other bytes of those that are remembered.
type Spoil<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

#[tokio::test]
async fn what_is_remembered_may_be_lost_or_spoilt_at_the_cost_of_comparing_all() {
    let shop = Workshop::new().await;
    some(&shop);
    let (mut scope, _) = shop.index().await;
    // Of an earlier make, whole.
    let earlier = |bytes: &[u8]| {
        let content = [b"LAMMEM04", &bytes[8..bytes.len() - 32]].concat();
        [&content, blake3::hash(&content).as_bytes().as_slice()].concat()
    };
    let cut = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let empty = |_: &[u8]| Vec::new();
    let spoilt: [(u32, Option<Spoil<'_>>); 4] = [
        (60, None),
        (61, Some(&earlier)),
        (62, Some(&cut)),
        (64, Some(&empty)),
    ];
    for (number, spoil) in spoilt {
        let key = keys(&shop, &scope).await.remove(0);
        let blobs = shop.store.blobs();
        match spoil {
            None => blobs.delete(&key).await.unwrap(),
            Some(spoil) => {
                let bytes = blobs.get(&key).await.unwrap();
                blobs.put(&key, spoil(&bytes).into()).await.unwrap();
            }
        }
        shop.put(format!("{number}.bmp"), &picture(number));
        (scope, _) = shop.index().await;
        let anew = memory(&shop, &scope).await;
        assert_eq!(
            anew.work().pictures_compared,
            anew.pictures() as u64,
            "{number}"
        );
    }
    shop.put("63.bmp", &picture(63));
    (scope, _) = shop.index().await;
    assert_eq!(memory(&shop, &scope).await.work().pictures_compared, 1);
}

/// A page with some words on it.
fn page(seed: u32) -> Vec<u8> {
    const SIDE: u32 = 400;
    let mut bgr = vec![250; (SIDE * SIDE * 3) as usize];
    let mut dice = seed.wrapping_mul(2_654_435_761) | 1;
    for top in (60..340).step_by(14) {
        for left in (60..330).step_by(6) {
            dice ^= dice << 13;
            dice ^= dice >> 17;
            dice ^= dice << 5;
            for at in 0..24 {
                let (x, y) = (left + at % 3, top + at / 3);
                let luma = if dice.is_multiple_of(5) {
                    250
                } else {
                    (dice % 90) as u8
                };
                let pixel = ((y * SIDE + x) * 3) as usize;
                bgr[pixel..pixel + 3].fill(luma);
            }
        }
    }
    bitmap(SIDE, SIDE, &bgr)
}

#[tokio::test]
async fn a_page_whose_thumbnail_is_lost_is_compared_by_what_is_left_of_it() {
    let shop = Workshop::new().await;
    for seed in 0..6 {
        shop.put(format!("{seed}.bmp"), &page(seed));
    }
    let (scope, report) = shop.index().await;
    assert_eq!((report.indexed, report.near_duplicates), (6, 0));
    let folder = format!("datasets/{}/segments", scope.id());
    let blobs = shop.store.blobs().list(&folder).await.unwrap();
    let thumbnails = blobs.iter().filter(|blob| blob.key.ends_with("thumbnails"));
    for blob in thumbnails {
        shop.store.blobs().delete(&blob.key).await.unwrap();
    }
    shop.put("more.bmp", &page(6));
    let (scope, report) = shop.index().await;
    assert_eq!((report.indexed, report.near_duplicates), (7, 0));
    assert!(memory(&shop, &scope).await.work().pairs_laid > 0);
}
