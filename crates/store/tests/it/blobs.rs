//! Packs of bulky facts, and the blobs they lie in.

use bytes::Bytes;
use half::slice::HalfFloatSliceExt;
use lamina_model::Timestamp;
use lamina_store::{Batch, Blobs, Error, Swept};

use crate::world::{DIMENSIONS, World, vector};

/// Later than any file this test writes.
const FAR_FUTURE: Timestamp = Timestamp::from_seconds(32_503_680_000);

pub(crate) async fn what_a_pack_holds_is_read_back(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let batch = world.batch(dataset.id, &[b"a", b"b", b"c"]).await;
    world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    let segment = &world.store.segments(dataset.id).await.unwrap()[0];
    assert_eq!(Some(segment), batch.segment.as_ref());
    assert_eq!(segment.rows, 3);
    let expected: Vec<f32> = (0..3).flat_map(vector).collect();
    let read = world.store.vectors(segment).await.unwrap();
    assert_eq!(read.to_f32_vec(), expected);
    assert_eq!(segment.vectors_bytes, 2 * expected.len() as u64);
    assert_eq!(expected.len(), 3 * DIMENSIONS);
    let signatures = world.store.signatures(segment).await.unwrap();
    assert_eq!(signatures.len(), 3);
    assert_eq!(signatures[2].as_bytes()[1023], 2);
    let thumbnail = |at: usize| batch.indexed[at].0.placement;
    let read = world
        .store
        .thumbnail(dataset.id, &thumbnail(1))
        .await
        .unwrap();
    assert_eq!(read.as_ref(), [1; 4]);
    let read = world
        .store
        .thumbnail(dataset.id, &thumbnail(2))
        .await
        .unwrap();
    assert_eq!(read.as_ref(), [2; 5]);

    let key = format!("datasets/{}/segments/{}/vectors", dataset.id, segment.id);
    world
        .store
        .blobs()
        .put(&key, Bytes::from_static(b"short"))
        .await
        .unwrap();
    let refused = world.store.vectors(segment).await;
    assert!(matches!(
        refused,
        Err(Error::Corrupt {
            what: "vectors blob"
        })
    ));
}

pub(crate) async fn vectors_of_packs_in_32_bits_are_read_as_those_of_today(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let batch = world.batch(dataset.id, &[b"a", b"b"]).await;
    let mut segment = batch.segment.clone().unwrap();
    let key = format!("datasets/{}/segments/{}/vectors", dataset.id, segment.id);
    let values: Vec<f32> = (0..2).flat_map(vector).map(|value| value / 3.0).collect();
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    segment.vectors_bytes = bytes.len() as u64;
    let put = async |bytes: &[u8]| {
        let bytes = bytes.to_vec().into();
        world.store.blobs().put(&key, bytes).await.unwrap();
    };
    // One that was cut in half is as long as a pack of today.
    put(&bytes[..bytes.len() / 2]).await;
    let halved = world.store.vectors(&segment).await;
    assert!(matches!(halved, Err(Error::Corrupt { .. })), "{halved:?}");
    put(&bytes).await;
    let read = world.store.vectors(&segment).await.unwrap();
    assert_eq!(read.len(), 2 * DIMENSIONS);
    for (read, value) in read.iter().zip(&values) {
        assert!(
            (read.to_f32() - value).abs() <= value / 2048.0,
            "{read} {value}"
        );
    }
}

pub(crate) async fn a_pack_nobody_points_into_is_swept_once_it_is_old(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let mut first = world.batch(dataset.id, &[b"a", b"b"]).await;
    "older-model".clone_into(&mut first.segment.as_mut().unwrap().model);
    let models = async || world.store.vector_models().await.unwrap();
    assert!(models().await.is_empty());
    world
        .store
        .apply_batch(dataset.id, &first, world.now())
        .await
        .unwrap();
    assert_eq!(models().await, ["older-model"]);
    let between = world.now();
    let second = world.batch(dataset.id, &[b"a", b"b"]).await;
    world
        .store
        .apply_batch(dataset.id, &second, world.now())
        .await
        .unwrap();
    let unreferenced = world.store.unreferenced_segments(dataset.id).await.unwrap();
    assert_eq!(unreferenced, [first.segment.clone().unwrap()]);
    assert_eq!(models().await, ["test-model"]);

    // The row is old enough by the clock of the rows, its blobs are not by that of the disk.
    let swept = world
        .store
        .sweep_segments(dataset.id, between)
        .await
        .unwrap();
    assert_eq!((swept.segments, swept.blobs), (1, 0));
    let swept = world
        .store
        .sweep_segments(dataset.id, FAR_FUTURE)
        .await
        .unwrap();
    assert_eq!((swept.segments, swept.blobs), (0, 3));
    assert!(swept.bytes > 2 * 1024);
    assert_eq!(
        world.store.segments(dataset.id).await.unwrap(),
        [second.segment.unwrap()]
    );
    let thumbnail = &second.indexed[0].0.placement;
    assert!(world.store.thumbnail(dataset.id, thumbnail).await.is_ok());
    let gone = &first.indexed[0].0.placement;
    assert!(matches!(
        world.store.thumbnail(dataset.id, gone).await,
        Err(Error::NotFound { what: "blob" })
    ));
}

pub(crate) async fn blobs_without_a_row_are_swept_once_they_are_old(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    world.index(dataset.id, &[b"a"]).await;
    let orphan: Batch = world.batch(dataset.id, &[b"b"]).await;
    let past = Timestamp::from_micros(0);
    assert_eq!(
        world.store.sweep_segments(dataset.id, past).await.unwrap(),
        Swept::default()
    );
    let swept = world
        .store
        .sweep_segments(dataset.id, FAR_FUTURE)
        .await
        .unwrap();
    assert_eq!((swept.segments, swept.blobs), (0, 3));
    assert!(
        world
            .store
            .vectors(orphan.segment.as_ref().unwrap())
            .await
            .is_err()
    );

    let stranger = world.dataset_id();
    world.pack(stranger, 1).await;
    assert_eq!(
        world.store.sweep_orphaned_blobs(past).await.unwrap(),
        Swept::default()
    );
    assert_eq!(
        world
            .store
            .sweep_orphaned_blobs(FAR_FUTURE)
            .await
            .unwrap()
            .blobs,
        3
    );
    assert_eq!(world.store.blobs().list("datasets").await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_folder_and_memory_keep_blobs_alike() {
    let folder = tempfile::tempdir().unwrap();
    for blobs in [Blobs::folder(folder.path()).unwrap(), Blobs::memory()] {
        blobs
            .put("a/b/one", Bytes::from_static(b"0123456789"))
            .await
            .unwrap();
        blobs
            .put("a/b/one", Bytes::from_static(b"9876543210"))
            .await
            .unwrap();
        blobs.put("a/c/two", Bytes::new()).await.unwrap();
        blobs.put("a/bb", Bytes::from_static(b"x")).await.unwrap();
        assert_eq!(blobs.get("a/b/one").await.unwrap().as_ref(), b"9876543210");
        assert_eq!(
            blobs.get_range("a/b/one", 2, 3).await.unwrap().as_ref(),
            b"765"
        );
        let missing = blobs.get("a/b/none").await;
        assert!(matches!(missing, Err(Error::NotFound { what: "blob" })));
        let listed = blobs.list("a/b").await.unwrap();
        let keys: Vec<_> = listed
            .iter()
            .map(|blob| (blob.key.as_str(), blob.size_bytes))
            .collect();
        assert_eq!(keys, [("a/b/one", 10)]);
        assert_eq!(blobs.folders("a").await.unwrap(), ["b", "c"]);
        blobs.delete("a/b/one").await.unwrap();
        blobs.delete("a/b/one").await.unwrap();
        assert!(blobs.list("a/b").await.unwrap().is_empty());
        assert!(blobs.list("never").await.unwrap().is_empty());
        assert!(blobs.folders("never").await.unwrap().is_empty());
    }
}
