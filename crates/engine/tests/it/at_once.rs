//! How many files are looked into at once, and that nobody begins once it is stopped.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use lamina_engine::{OtherPrecision, Runner};
use lamina_model::JobState;
use lamina_vision::{EmbedError, Embedder, FakeEmbedder, ImageTensor, ModelId};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::workshop::{Workshop, picture};

/// The quick embedder behind a gate: it tells of each call, and none ends before it is opened.
#[derive(Debug)]
struct Gated {
    quick: FakeEmbedder,
    entered: UnboundedSender<()>,
    calls: AtomicUsize,
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gated {
    fn new() -> (Arc<Self>, UnboundedReceiver<()>) {
        let (entered, told) = unbounded_channel();
        let gated = Self {
            quick: FakeEmbedder::new(),
            entered,
            calls: AtomicUsize::new(0),
            is_open: Mutex::new(false),
            opened: Condvar::new(),
        };
        (Arc::new(gated), told)
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Embedder for Gated {
    fn model(&self) -> &ModelId {
        self.quick.model()
    }

    fn dimensions(&self) -> usize {
        self.quick.dimensions()
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.entered.send(()).expect("the test listens");
        let closed = self.is_open.lock().unwrap();
        drop(self.opened.wait_while(closed, |is_open| !*is_open).unwrap());
        self.quick.embed(batch)
    }
}

#[test]
fn no_more_than_the_workers_are_at_it_and_a_stop_lets_none_begin_that_waited() {
    let (embedder, mut told) = Gated::new();
    // Its own runtime: dropping it waits for every thread.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let shop = Workshop::new().await;
        for seed in 0..30 {
            shop.put(format!("{seed:02}.bmp"), &picture(seed));
        }
        let created = shop.open().await;
        let engine = shop.with_embedder(Arc::clone(&embedder) as _, OtherPrecision::Kept);
        let runner = Runner::start(engine).await.unwrap();
        let stop = CancellationToken::new();
        let watching = async {
            // The workshop has two workers.
            for _ in 0..2 {
                told.recv().await.unwrap();
            }
            stop.cancel();
            embedder.open();
            std::future::pending::<()>().await;
        };
        let job = tokio::select! {
            job = runner.run_until(created.job, stop.clone()) => job.unwrap(),
            () = watching => unreachable!("the watcher never ends"),
        };
        assert_eq!(job.state, JobState::Queued, "{job:?}");
    });
    drop(runtime);
    assert_eq!(embedder.calls.load(Ordering::SeqCst), 2);
}
