//! Data folders whose vectors were made on another machine, reckoning with other numbers.

use std::sync::Arc;

use lamina_engine::{
    AnchorOf, AnchorWish, Caller, CreateFolder, DatasetScope, Engine, Need, Order, OtherPrecision,
    Rank, Runner, Wanted,
};
use lamina_model::{DatasetId, DatasetStatus, Pull};
use lamina_vision::{EmbedError, Embedder, FakeEmbedder, ImageTensor, Language, ModelId};
use tokio_util::sync::CancellationToken;

use crate::workshop::{Workshop, picture, run_to_end};

/// The quick embedder under another name. Its vectors are a little off where it is not exact, as
/// those of a model are that reckons with fewer digits.
#[derive(Debug)]
struct Named {
    quick: FakeEmbedder,
    model: ModelId,
    is_exact: bool,
}

fn named(model: &str, is_exact: bool) -> Arc<dyn Embedder> {
    Arc::new(Named {
        quick: FakeEmbedder::new(),
        model: ModelId::new(model),
        is_exact,
    })
}

impl Embedder for Named {
    fn model(&self) -> &ModelId {
        &self.model
    }

    fn dimensions(&self) -> usize {
        self.quick.dimensions()
    }

    fn language(&self) -> Option<&dyn Language> {
        self.quick.language()
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut vectors = self.quick.embed(batch)?;
        if !self.is_exact {
            for vector in &mut vectors {
                for (at, value) in vector.iter_mut().enumerate() {
                    *value *= if at % 2 == 0 { 1.05 } else { 0.95 };
                }
                let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
                for value in vector {
                    *value /= length;
                }
            }
        }
        Ok(vectors)
    }
}

const HALF: &str = "efficientnet-lite0/bf16";
const FULL: &str = "efficientnet-lite0/fp32";

/// The paths and distances that a picture finds when it is sent.
async fn found_with(engine: &Engine, scope: &DatasetScope, file: Vec<u8>) -> Vec<(String, f32)> {
    let anchor = engine.add_anchor(scope, file, None).await.unwrap();
    let wish = AnchorWish {
        id: anchor.to_string(),
        of: AnchorOf::Upload,
        region: None,
        pull: Pull::Towards,
    };
    let like = Rank::Like {
        anchors: vec![engine.anchor(scope, wish).await.unwrap()],
        max_distance: 2.0,
    };
    let grid = engine
        .ranked_grid(
            scope,
            Wanted::default(),
            vec![like],
            Order::default(),
            0,
            100,
        )
        .await
        .unwrap();
    let paths = grid.items.iter().map(|(card, _, _)| card.path.to_string());
    paths.zip(grid.distances).collect()
}

async fn scope_in(engine: &Engine, id: DatasetId) -> DatasetScope {
    let id = id.to_string();
    let found = engine.dataset(&Caller::Local, &id, Need::Own);
    found.await.unwrap()
}

#[tokio::test]
async fn a_folder_made_in_other_numbers_is_searched_and_grows_as_it_is() {
    let mut workshop = Workshop::new().await;
    workshop.engine = workshop.with_embedder(named(HALF, false), OtherPrecision::Kept);
    for seed in 0..6 {
        workshop.put(format!("{seed}.bmp"), &picture(seed));
    }
    let (scope, _) = workshop.index().await;
    // On a machine that has no such numbers.
    let engine = workshop.with_embedder(named(FULL, true), OtherPrecision::Kept);
    assert!(engine.outdated_datasets().await.unwrap().is_empty());
    let found = found_with(&engine, &scope, picture(3)).await;
    assert_eq!(found.len(), 6);
    assert_eq!(found[0].0, "3.bmp");
    assert!(
        found[0].1 < 1e-6,
        "the same file is at no distance: {found:?}"
    );
    let media = workshop
        .store
        .facts_after(scope.id(), None, 100)
        .await
        .unwrap();
    let alike = engine
        .similar(&scope, &media[3].id.to_string(), 5)
        .await
        .unwrap();
    assert_eq!(alike.len(), 5);
    // New pictures are made in its own numbers, and stand beside the others.
    workshop.put("new.bmp", &picture(9));
    workshop.engine = engine.clone();
    let (scope, report) = workshop.index().await;
    assert_eq!(report.changed, 1);
    assert_eq!(workshop.store.vector_models().await.unwrap(), [HALF, FULL]);
    let found = found_with(&engine, &scope, picture(9)).await;
    assert_eq!(found.len(), 7);
    assert_eq!((found[0].0.as_str(), found[0].1 < 1e-6), ("new.bmp", true));
    // Only who asks for it has all made anew, and finds everything meanwhile.
    let engine = workshop.with_embedder(named(FULL, true), OtherPrecision::Renewed);
    assert_eq!(engine.outdated_datasets().await.unwrap(), [scope.id()]);
    assert_eq!(found_with(&engine, &scope, picture(2)).await.len(), 7);
    workshop.engine = engine;
    let (_, report) = workshop.index().await;
    assert_eq!(report.changed, 6);
    assert_eq!(workshop.store.vector_models().await.unwrap(), [FULL]);
    assert!(
        workshop
            .engine
            .outdated_datasets()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn one_dataset_after_the_other_is_made_anew_and_the_others_stay_ready() {
    let workshop = Workshop::new().await;
    let mut datasets = Vec::new();
    for folder in ["a", "b", "c"] {
        workshop.put(format!("{folder}/1.bmp"), &picture(1));
        workshop.put(format!("{folder}/2.bmp"), &picture(2));
        let wish = CreateFolder {
            path: workshop.source.path().join(folder),
            ..CreateFolder::default()
        };
        let made = workshop
            .engine
            .open_folder(&Caller::Local, wish)
            .await
            .unwrap();
        assert_eq!(run_to_end(&workshop.engine, made.job).await.error, None);
        datasets.push(made.dataset.id);
    }
    // One that cannot be made anew keeps nobody waiting.
    fs_err::rename(
        workshop.source.path().join("b"),
        workshop.source.path().join("gone"),
    )
    .unwrap();
    let engine = workshop.with_embedder(named("other/0123456789ab", true), OtherPrecision::Kept);
    let outdated = engine.outdated_datasets().await.unwrap();
    let mut sorted = (outdated.clone(), datasets.clone());
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1);

    let stop = CancellationToken::new();
    let runner = Runner::start(engine.clone()).await.unwrap();
    let (watching, watched) = (engine.clone(), outdated.clone());
    let watch = async {
        // At every moment at most one of them is being worked on.
        let mut most = 0;
        while !stop.is_cancelled() {
            let mut busy = 0;
            for id in &watched {
                let scope = scope_in(&watching, *id).await;
                busy += usize::from(scope.dataset().status.is_at_work());
            }
            most = most.max(busy);
            tokio::task::yield_now().await;
        }
        most
    };
    let renew = async {
        engine.renew_vectors(&outdated).await;
        stop.cancel();
    };
    let (most, (), ()) = tokio::join!(watch, renew, Box::pin(runner.run(stop.clone())));
    assert_eq!(most, 1);
    for id in datasets.iter().copied() {
        let status = scope_in(&engine, id).await.dataset().status;
        let expected = if id == datasets[1] {
            DatasetStatus::Failed
        } else {
            DatasetStatus::Ready
        };
        assert_eq!(status, expected);
    }
    let left = engine.outdated_datasets().await.unwrap();
    assert_eq!(left, [datasets[1]]);
    // Of the others nothing is asked again: nobody is there to work on it.
    let others = [datasets[0], datasets[2]];
    let again = engine.renew_vectors(&others);
    let limit = std::time::Duration::from_secs(60);
    tokio::time::timeout(limit, again).await.unwrap();
}
